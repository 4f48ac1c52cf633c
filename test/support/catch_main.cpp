/// main() of every Catch2 program. v2 is a header that holds its own main; v3 has a session to run.
#ifdef NNGC_CATCH2_V3
#include <catch2/catch_session.hpp>

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
