# nngc_options: how each of our own targets is compiled. Never exported.
add_library(nngc_options INTERFACE)
target_compile_options(nngc_options INTERFACE
  -Wall -Wextra -Wpedantic
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # Op records use designated initializers; a field left out has its default on purpose.
  -Wno-missing-field-initializers
  # The interpreter judges generated code bit for bit: the host compiler must not fuse a*b+c.
  -ffp-contract=off)
if(NNGC_WERROR)
  target_compile_options(nngc_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports these inside its own std::string and std::vector when it inlines deeply.
    target_compile_options(nngc_options INTERFACE
      -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
      $<$<COMPILE_LANGUAGE:CXX>:-Wno-error=stringop-overread -Wno-restrict>)
  endif()
endif()
