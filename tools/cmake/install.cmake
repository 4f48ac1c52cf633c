# Installs the libraries, headers, program and the package config behind find_package(nngc).
include(CMakePackageConfigHelpers)
set(_nngc_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nngc)

if(TARGET nngc)
  get_filename_component(_nngc_llvm_directory "${LLVM_LIBRARY_DIR}" ABSOLUTE)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/nngcConfig.cmake.in
    ${PROJECT_BINARY_DIR}/nngcConfig.cmake INSTALL_DESTINATION ${_nngc_package_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/nngcConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(TARGETS nngc nngc_runtime EXPORT nngc_targets)
  install(EXPORT nngc_targets NAMESPACE nngc:: FILE nngcTargets.cmake
          DESTINATION ${_nngc_package_dir})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/nngc DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES ${PROJECT_BINARY_DIR}/nngcConfig.cmake ${PROJECT_BINARY_DIR}/nngcConfigVersion.cmake
          DESTINATION ${_nngc_package_dir})
endif()
if(TARGET nngc_program)
  install(TARGETS nngc_program)
endif()
