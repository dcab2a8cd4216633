# The helpers every room uses. Source lists are explicit, sorted, one a line.

set(LEVADA_COMPILER_FLAGS -fno-exceptions -fno-rtti -Wall -Wextra -Werror
    -Wno-unused-parameter)
if(CCACHE)
  list(APPEND LEVADA_COMPILER_FLAGS "SHELL:-Xclang -fno-pch-timestamp")
endif()
if(LEVADA_SANITIZE MATCHES "address")
  list(APPEND LEVADA_COMPILER_FLAGS -fsanitize=address,undefined
       -fno-sanitize=vptr -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# levada_add_library(NAME SRCS … DEPS … [PCH] [REUSE_PCH])
# A library of a compiler room. PCH: owns the precompiled MLIR header.
# REUSE_PCH: uses that of levada_ir.
function(levada_add_library NAME)
  cmake_parse_arguments(ARG "PCH;REUSE_PCH" "" "SRCS;DEPS" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SRCS})
  target_compile_options(${NAME} PRIVATE ${LEVADA_COMPILER_FLAGS})
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
  target_compile_options(${NAME} PRIVATE ${LEVADA_COMPILER_FLAGS})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS})
  target_link_options(${NAME} PRIVATE -fuse-ld=lld-19 -Wl,-rpath,${LLVM_LIBRARY_DIR})
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
