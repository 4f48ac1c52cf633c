# Compiles through ccache where it is installed. CCACHE_DISABLE=1 in the environment turns it off too.
if(NNGC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(NNGC_CCACHE_PROGRAM ccache)
  mark_as_advanced(NNGC_CCACHE_PROGRAM)
  if(NNGC_CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${NNGC_CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${NNGC_CCACHE_PROGRAM})
  endif()
endif()
