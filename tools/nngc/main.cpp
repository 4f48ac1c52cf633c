// The nngc program. Results go to stdout, messages to stderr.
// Exit status: 0 done, 1 the model or its data is wrong, 2 usage, 3 not supported.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include <fmt/format.h>

#include "cli.h"

namespace {

constexpr int wrong = 1, usage = 2, unsupported = 3;

std::string complaint(std::string_view what) {
  const bool color = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return fmt::format("{} {}\n", color ? "nngc: \033[1;31merror:\033[0m" : "nngc: error:", what);
}

int complain(std::string_view what, int status) {
  std::fputs(complaint(what).c_str(), stderr);
  return status;
}

// The library names the line of C++ that called it. Here those are our own, which say nothing to
// who wrote the model; places in models and data stay.
std::string text(const nngc::Error& error) {
  const std::string& place = error.place();
  const std::size_t colon = place.rfind(':');
  const std::string file = place.substr(0, colon);
  const bool ours = colon != std::string::npos && (file.ends_with(".cpp") || file.ends_with(".h"));
  return ours ? error.message() : error.what();
}

// CLI11 alone would say that a subcommand is required, and not which word is none.
void check_command(const CLI::App& app, char** argv) {
  const std::string_view word = argv[1];
  if (word == "--help" || word == "-h" || word == "--version") return;
  if (word.starts_with('-'))
    throw nngc::cli::UsageError(
        fmt::format("there is no option '{}' before a command; see `nngc --help`", word));
  std::string list;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_name() == word) return;
    list += (list.empty() ? "" : ", ") + sub->get_name();
  }
  throw nngc::cli::UsageError(fmt::format("there is no command '{}'; there are {}", word, list));
}

int run(int argc, char** argv) {
  CLI::App app{"Compiles, differentiates and runs neural networks.", "nngc"};
  app.set_version_flag("--version", [] {
    return fmt::format("nngc 0.1.0, LLVM {}, host cpu {}", nngc::llvm_version(), nngc::host_cpu());
  });
  app.require_subcommand(1);
  app.footer(
      "A model is a .nng file (- is stdin): the text that `nngc compile MODEL --emit=graph`\n"
      "prints. docs/text-ir.md describes it, `nngc ops` lists what may stand in it.\n"
      "A .dot file holds neurons with weights on their edges; see docs/neuron-graphs.md.\n"
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
  nngc::cli::add_rules(app);
  nngc::cli::add_verify(app);
  nngc::cli::add_bench(app);
  app.failure_message([](const CLI::App* root, const CLI::Error& error) {
    std::string command = "nngc";
    for (const CLI::App* sub : root->get_subcommands()) command += " " + sub->get_name();
    return complaint(fmt::format("{}\nSee `{} --help`.", error.what(), command));
  });
  if (argc < 2) {
    std::fputs(app.help().c_str(), stderr);
    return usage;
  }
  check_command(app, argv);
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
    return complain(error.what(), usage);
  } catch (const nngc::Error& error) {
    const nngc::Error::Kind kind = error.kind();
    return complain(text(error), kind == nngc::Error::Kind::Argument      ? usage
                                 : kind == nngc::Error::Kind::Unsupported ? unsupported
                                                                          : wrong);
  } catch (const std::bad_alloc&) {
    return complain("out of memory", wrong);
  } catch (const std::exception& error) {
    return complain(error.what(), wrong);
  }
}
