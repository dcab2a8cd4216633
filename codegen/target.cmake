# The target folder: all that an executable is linked from. The host compiler
# says where its crt files and static libraries are; a linker script (libm.a)
# is replaced by what it names.
set(LEVADA_TARGET_DIR ${PROJECT_BINARY_DIR}/target/x86_64-linux-gnu)
file(MAKE_DIRECTORY ${LEVADA_TARGET_DIR})

function(levada_target_file NAME)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${NAME}
                  OUTPUT_VARIABLE FOUND OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${FOUND}")
    message(FATAL_ERROR "the host compiler has no ${NAME}")
  endif()
  file(STRINGS ${FOUND} SCRIPT LIMIT_INPUT 400 REGEX "^GROUP")
  if(SCRIPT)
    string(REGEX MATCHALL "[^ ]+\\.a" FOUND "${SCRIPT}")
  endif()
  foreach(FILE ${FOUND})
    get_filename_component(FILE ${FILE} REALPATH)
    get_filename_component(BASE ${FILE} NAME)
    configure_file(${FILE} ${LEVADA_TARGET_DIR}/${BASE} COPYONLY)
  endforeach()
endfunction()

foreach(FILE crt1.o crti.o crtn.o crtbeginT.o crtend.o libc.a libm.a libgcc.a libgcc_eh.a
        libstdc++.a libz.a libzstd.a liblzma.a libre2.a)
  levada_target_file(${FILE})
endforeach()

# levada_target: the folder with our archives and the library's bitcode too.
add_custom_target(levada_target ALL)
foreach(ARCHIVE levada_rt levada_std)
  if(TARGET ${ARCHIVE})
    add_dependencies(levada_target ${ARCHIVE})
    add_custom_command(TARGET levada_target POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy_if_different $<TARGET_FILE:${ARCHIVE}> ${LEVADA_TARGET_DIR})
  endif()
endforeach()
if(TARGET levada_std_bitcode)
  add_dependencies(levada_target levada_std_bitcode)
  add_custom_command(TARGET levada_target POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${PROJECT_BINARY_DIR}/generated/stdlib.bc
            ${LEVADA_TARGET_DIR})
endif()
