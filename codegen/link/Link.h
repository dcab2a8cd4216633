//===- Link.h - object to executable --------------------------------------===//
#ifndef LEVADA_CODEGEN_LINK_LINK_H
#define LEVADA_CODEGEN_LINK_LINK_H

#include <string>

namespace levada::codegen {

/// Links `object` (the bytes of an object file) with the archives of `folder`
/// into the static executable `output`. False with lld's words in `error`.
bool linkExecutable(const std::string &object, const std::string &folder,
                    const std::string &output, std::string &error);

} // namespace levada::codegen

#endif
