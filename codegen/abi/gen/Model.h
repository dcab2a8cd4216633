//===- Model.h - what AbiGen reads out of annotated C and C++ --------------===//
//
// Plain data between the reader (Read.cpp, Clang) and the writers (Write.cpp,
// Docs.cpp, text). Kinds are spelled as the enumerators they become.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_ABI_GEN_MODEL_H
#define LEVADA_CODEGEN_ABI_GEN_MODEL_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
}

namespace levada::abigen {

struct Place {
  std::string file; ///< relative to the project
  unsigned line = 0;
};

/// A parameter or result of a built-in, or an argument of an aggregate.
struct Param {
  std::string name, sql, pass;
  bool nullable = false;
};

struct Function {
  std::string sqlName, symbol, rule, doc;
  std::vector<Param> params;
  Param result;
  bool variadic = false, context = false, status = false, fails = false, pure = false;
  bool zone = false; ///< its result depends on the session's time zone
  Place place;
};

struct Aggregate {
  std::string sqlName, symbol, rule, doc, cResult;
  std::vector<Param> params;
  std::vector<std::string> cParams; ///< as `add` spells them, without the context
  Param result;
  bool addContext = false, mergeContext = false, getStatus = false, getContext = false;
  bool retracts = false, retractContext = false, resets = false;
  bool exact = false;
  uint64_t size = 0, align = 0;
  /// How its state is saved and loaded: statements on `self` and `archive`; empty
  /// where the state's bytes are all there is.
  std::vector<std::string> archive;
  std::string fields; ///< "sum u64 0;count u64 8": name, kind, offset
  Place place;
};

struct Option {
  std::string key, type, defaultValue, values, doc;
  bool required = false, runtime = false;
};

struct Connector {
  std::string name, symbol, doc;
  bool format = false, source = false, sink = false, bounded = false;
  std::vector<std::string> metadata;
  std::vector<Option> options;
  Place place;
};

/// A C function that generated code calls.
struct Call {
  std::string name, result;
  std::vector<std::pair<std::string, std::string>> args; ///< name, kind
  std::string flags;
};

struct Field {
  std::string name, kind;
  uint64_t offset = 0, size = 0;
};

struct Struct {
  std::string name;
  uint64_t size = 0, align = 0;
  std::vector<Field> fields;
};

struct Model {
  std::map<std::string, Function> functions;   ///< by symbol, as are the others
  std::map<std::string, Aggregate> aggregates;
  std::map<std::string, Connector> connectors;
  std::map<std::string, Call> calls;
  std::map<std::string, Struct> structs;
  unsigned errors = 0;
};

/// Adds what one translation unit declares; `root` is the project's folder.
void read(clang::ASTContext &context, const std::string &root, Model &model);

std::string functionsInc(const Model &model);
std::string aggregatesInc(const Model &model);
std::string connectorsInc(const Model &model);
std::string abiInc(const Model &model);
std::string callsInc(const Model &model);
/// Thunks of the aggregates that `file` declares.
std::string thunksInc(const Model &model, const std::string &file);
std::string functionsMd(const Model &model);
std::string connectorsMd(const Model &model);

} // namespace levada::abigen

#endif
