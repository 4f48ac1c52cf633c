# The libraries nngc is built with. None of them shows in a public header.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS graph)

# LLVM's version file refuses "19" for 19.1, so the version is chosen by folder and checked after.
if(NOT LLVM_DIR)
  find_package(LLVM QUIET CONFIG NO_DEFAULT_PATH PATHS
               /usr/lib/llvm-${NNGC_LLVM_VERSION} /usr/local/lib/llvm-${NNGC_LLVM_VERSION})
endif()
if(NOT LLVM_FOUND)
  find_package(LLVM REQUIRED CONFIG)
endif()
if(NOT LLVM_VERSION_MAJOR EQUAL NNGC_LLVM_VERSION)
  message(FATAL_ERROR "found LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_DIR}, but NNGC_LLVM_VERSION is "
                      "${NNGC_LLVM_VERSION}: install llvm-${NNGC_LLVM_VERSION}-dev, set LLVM_DIR, or set "
                      "NNGC_LLVM_VERSION")
endif()
message(STATUS "nngc: LLVM ${LLVM_PACKAGE_VERSION}, fmt ${fmt_VERSION}, Boost ${Boost_VERSION_STRING}")

# nngc_llvm: what codegen needs to compile. nngc_llvm_link: what a program needs to link.
add_library(nngc_llvm INTERFACE)
target_include_directories(nngc_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
separate_arguments(_nngc_llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(nngc_llvm INTERFACE ${_nngc_llvm_definitions})
if(NOT LLVM_ENABLE_RTTI)
  target_compile_options(nngc_llvm INTERFACE -fno-rtti)
endif()
if(NNGC_LLVM_STATIC)
  llvm_map_components_to_libnames(NNGC_LLVM_LIBRARIES
    ${LLVM_NATIVE_ARCH} ${LLVM_NATIVE_ARCH}asmparser analysis bitreader bitwriter core irreader jitlink
    orcjit passes support target)
else()
  get_target_property(NNGC_LLVM_LIBRARIES LLVM LOCATION)
endif()
