# Installs nngc into a scratch folder, builds the stranger's project against it and runs its programs.
#   cmake -D BUILD=<nngc's build> -D CXX=<compiler> -D FLAGS=<flags> -P check.cmake
set(scratch ${BUILD}/test/package)
file(REMOVE_RECURSE ${scratch})

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${scratch}/prefix)
# The package must not need the place it was installed to.
file(RENAME ${scratch}/prefix ${scratch}/moved)
must(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${scratch}/build -G Ninja
     -D CMAKE_PREFIX_PATH=${scratch}/moved -D CMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=${FLAGS}")
must(${CMAKE_COMMAND} --build ${scratch}/build)

file(READ ${scratch}/build/compile_commands.json commands)
string(REPLACE "${BUILD}" "" commands "${commands}")
if(commands MATCHES "llvm|LLVM|FMT_|boost|protobuf")
  message(FATAL_ERROR "the stranger's compile line knows our libraries: ${commands}")
endif()

foreach(program with_runtime with_compiler)
  must(${scratch}/build/${program})
  if(NOT output STREQUAL "fine\n")
    message(FATAL_ERROR "${program} says: ${output}")
  endif()
endforeach()
must(ldd ${scratch}/build/with_runtime)
if(output MATCHES "LLVM")
  message(FATAL_ERROR "nngc::runtime drags LLVM in: ${output}")
endif()
