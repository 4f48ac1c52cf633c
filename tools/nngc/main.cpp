// The nngc program. Results go to stdout, messages to stderr.
// Exit status: 0 done, 1 the model or its data is wrong, 2 usage, 3 not supported.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include "cli.h"

namespace {

constexpr int wrong = 1, usage = 2, unsupported = 3;

void complain(const char* what) {
  const bool color = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::fputs(fmt::format("{} {}\n", color ? "nngc: \033[1;31merror:\033[0m" : "nngc: error:", what)
                 .c_str(),
             stderr);
}

int run(int argc, char** argv) {
  CLI::App app{"Compiles, differentiates and runs neural networks.", "nngc"};
  app.set_version_flag("--version", [] {
    return fmt::format("nngc 0.1.0, LLVM {}, host cpu {}", nngc::llvm_version(), nngc::host_cpu());
  });
  app.require_subcommand(1);
  app.footer("A model is a .nng file: the text that `nngc compile MODEL --emit=graph` prints.\n"
             "`nngc COMMAND --help` shows examples. Start with:\n\n"
             "  nngc info model.nng                      what is in it\n"
             "  nngc run model.nng --random              runs it on random inputs\n"
             "  nngc compile model.nng -o model.o -o model.h\n\n"
             "Exit status: 0 done, 1 the model or its data is wrong, 2 usage, 3 not supported.");
  nngc::cli::add_compile(app);
  nngc::cli::add_run(app);
  nngc::cli::add_train(app);
  nngc::cli::add_dot(app);
  nngc::cli::add_info(app);
  nngc::cli::add_ops(app);
  nngc::cli::add_verify(app);
  nngc::cli::add_bench(app);
  try {
    app.parse(argc, argv); // runs the subcommand's callback
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage;
  }
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const nngc::cli::UsageError& error) {
    complain(error.what());
    return usage;
  } catch (const nngc::Error& error) {
    complain(error.what());
    if (error.kind() == nngc::Error::Kind::Argument) return usage;
    return error.kind() == nngc::Error::Kind::Unsupported ? unsupported : wrong;
  } catch (const std::bad_alloc&) {
    complain("out of memory");
    return wrong;
  }
}
