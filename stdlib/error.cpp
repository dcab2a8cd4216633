//===- error.cpp - how a built-in reports a failure ------------------------===//
#include "stdlib/fn.h"

extern "C" {

__attribute__((cold, noinline)) levada_status levada_fail(levada_ctx *ctx, uint32_t code,
                                                          const char *text, uint32_t size) {
  char *copy = levada_rt_alloc(ctx, size);
  __builtin_memcpy(copy, text, size);
  ctx->error_code = code;
  ctx->error_text = levada_view(copy, size);
  return LEVADA_ERROR;
}

} // extern "C"
