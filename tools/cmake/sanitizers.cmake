# NNGC_SANITIZE = address | undefined | thread, for everything that is compiled here.
set(_nngc_sanitizers address undefined thread)
if(NNGC_SANITIZE)
  if(NOT NNGC_SANITIZE IN_LIST _nngc_sanitizers)
    message(FATAL_ERROR "NNGC_SANITIZE is '${NNGC_SANITIZE}': expected address, undefined or thread")
  endif()
  add_compile_options(-fsanitize=${NNGC_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NNGC_SANITIZE})
  if(NNGC_SANITIZE STREQUAL "undefined")
    # A finding stops the program: a report nobody reads is not a test.
    add_compile_options(-fno-sanitize-recover=all)
  endif()
endif()
