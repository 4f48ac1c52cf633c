# NNGC_SANITIZE = address | undefined | address,undefined | thread | fuzzer, for everything that is
# compiled here. `fuzzer` is address,undefined and libFuzzer's counters (clang).
set(_nngc_sanitizers address undefined address,undefined thread fuzzer)
if(NNGC_SANITIZE)
  if(NOT NNGC_SANITIZE IN_LIST _nngc_sanitizers)
    list(JOIN _nngc_sanitizers "' or '" _nngc_sanitizers)
    message(FATAL_ERROR "NNGC_SANITIZE is '${NNGC_SANITIZE}': expected '${_nngc_sanitizers}'")
  endif()
  string(REPLACE "fuzzer" "fuzzer-no-link,address,undefined" _nngc_sanitize "${NNGC_SANITIZE}")
  add_compile_options(-fsanitize=${_nngc_sanitize} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${_nngc_sanitize})
  if(_nngc_sanitize MATCHES "undefined")
    # A finding stops the program: a report nobody reads is not a test.
    add_compile_options(-fno-sanitize-recover=all)
  endif()
endif()
