# The helpers every room uses. Source lists are explicit, sorted, one a line.

set(LEVADA_COMPILER_FLAGS -fno-exceptions -fno-rtti -Wall -Wextra -Werror
    -Wno-unused-parameter)
if(CCACHE)
  list(APPEND LEVADA_COMPILER_FLAGS "SHELL:-Xclang -fno-pch-timestamp")
endif()
# What LEVADA_SANITIZE asks of our rooms and of what is linked with them; not of
# AbiGen and the bitcode. Threads are of the runtime alone, so the compiler's
# rooms take the other one only. Its objects also serve the fuzz targets.
set(LEVADA_SANITIZER)
set(LEVADA_SANITIZER_LINK)
if(LEVADA_SANITIZE MATCHES "thread")
  set(LEVADA_SANITIZER -fsanitize=thread -g1)
  set(LEVADA_SANITIZER_LINK -fsanitize=thread)
elseif(LEVADA_SANITIZE MATCHES "address")
  set(LEVADA_SANITIZER -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=vptr
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1)
  set(LEVADA_SANITIZER_LINK -fsanitize=address,undefined)
  set(LEVADA_COMPILER_SANITIZER ${LEVADA_SANITIZER})
endif()

# levada_add_library(NAME SRCS … DEPS … [PCH] [REUSE_PCH])
# A library of a compiler room. PCH: owns the precompiled MLIR header.
# REUSE_PCH: uses that of levada_ir.
function(levada_add_library NAME)
  cmake_parse_arguments(ARG "PCH;REUSE_PCH" "" "SRCS;DEPS" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SRCS})
  target_compile_options(${NAME} PRIVATE ${LEVADA_COMPILER_FLAGS} ${LEVADA_COMPILER_SANITIZER})
  target_include_directories(${NAME} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_include_directories(${NAME} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_compile_definitions(${NAME} PUBLIC FMT_HEADER_ONLY=1 FMT_EXCEPTIONS=0)
  target_link_libraries(${NAME} PUBLIC ${ARG_DEPS})
  if(ARG_PCH)
    target_precompile_headers(${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/ir/Pch.h)
  elseif(ARG_REUSE_PCH)
    target_precompile_headers(${NAME} REUSE_FROM levada_ir)
    add_dependencies(${NAME} levada_ir)
  endif()
endfunction()

# levada_add_tool(NAME SRCS … DEPS …): an executable beside the libraries.
function(levada_add_tool NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SRCS})
  target_compile_options(${NAME} PRIVATE ${LEVADA_COMPILER_FLAGS} ${LEVADA_COMPILER_SANITIZER})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS})
  target_link_options(${NAME} PRIVATE ${LEVADA_SANITIZER_LINK} -fuse-ld=lld-19 -Wl,-rpath,${LLVM_LIBRARY_DIR})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# levada_tablegen(NAME TD file OUTPUTS "out.inc;-gen-x" …): runs mlir-tblgen.
function(levada_tablegen NAME)
  cmake_parse_arguments(ARG "" "TD" "OUTPUTS" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${ARG_TD})
  set(MLIR_TABLEGEN_FLAGS)
  while(ARG_OUTPUTS)
    list(POP_FRONT ARG_OUTPUTS out)
    list(POP_FRONT ARG_OUTPUTS gen)
    string(REPLACE " " ";" gen "${gen}")
    mlir_tablegen(${out} ${gen} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  endwhile()
  add_public_tablegen_target(${NAME})
endfunction()

# levada_add_stdlib(NAME SRCS … ARCHIVE_ONLY …): the built-ins. SRCS become an
# archive (liblevada_NAME.a) and one bitcode file (generated/NAMElib.bc) that
# generated code takes its functions from; ARCHIVE_ONLY sources may use C++ and
# other libraries and go to the archive alone; BITCODE_ONLY ones are in another
# archive already. Sources are absolute or in the caller's folder. Targets:
# levada_NAME (archive), levada_NAME_bitcode.
function(levada_add_stdlib NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;ARCHIVE_ONLY;BITCODE_ONLY" ${ARGN})
  set(FLAGS -std=c++20 -O2 -fno-exceptions -fno-rtti -fno-stack-protector
      -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffp-contract=off -fno-math-errno -fno-threadsafe-statics -Wall
      -Wextra -Werror -Wno-unused-parameter -Wno-c99-extensions
      -Wno-pass-failed)
  add_library(levada_${NAME} STATIC ${ARG_SRCS} ${ARG_ARCHIVE_ONLY})
  set_target_properties(levada_${NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(levada_${NAME} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_compile_options(levada_${NAME} PRIVATE ${FLAGS} -ffunction-sections -fdata-sections
                         ${LEVADA_SANITIZER})
  add_dependencies(levada_${NAME} levada_abi_inc)
  set(BITCODE)
  foreach(SOURCE ${ARG_SRCS} ${ARG_BITCODE_ONLY})
    get_filename_component(SOURCE ${SOURCE} ABSOLUTE)
    get_filename_component(STEM ${SOURCE} NAME_WE)
    set(OUT ${CMAKE_CURRENT_BINARY_DIR}/${NAME}_${STEM}.bc)
    add_custom_command(
      OUTPUT ${OUT}
      # Vectorizing is left to the pipeline's own optimization.
      COMMAND ${CCACHE} ${CMAKE_CXX_COMPILER} ${FLAGS} -fPIC -fno-vectorize
              -fno-slp-vectorize -I${PROJECT_SOURCE_DIR} -I${PROJECT_BINARY_DIR}
              -emit-llvm -MD -MF ${OUT}.d -MT ${OUT} -c ${SOURCE} -o ${OUT}
      DEPENDS ${SOURCE} levada_abi_inc ${PROJECT_BINARY_DIR}/generated/abi.stamp
      DEPFILE ${OUT}.d
      COMMENT "Bitcode of ${STEM}.cpp" VERBATIM)
    list(APPEND BITCODE ${OUT})
  endforeach()
  set(MERGED ${PROJECT_BINARY_DIR}/generated/${NAME}lib.bc)
  add_custom_command(OUTPUT ${MERGED}
    COMMAND levada_bitcode ${MERGED} ${BITCODE}
    DEPENDS levada_bitcode ${BITCODE}
    COMMENT "Merging the library's bitcode" VERBATIM)
  add_custom_target(levada_${NAME}_bitcode ALL DEPENDS ${MERGED})
endfunction()
