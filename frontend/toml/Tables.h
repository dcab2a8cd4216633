//===- Tables.h - one reader for each table of a pipeline file --------------===//
//
// Private to frontend/toml. Each reads [kind.NAME] by itself; References.cpp
// then checks what the tables say about each other.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_TABLES_H
#define LEVADA_FRONTEND_TOML_TABLES_H

#include "frontend/toml/Reader.h"

namespace levada::doc {

void readPipeline(const Member &table, Reader &reader, Pipeline &pipeline);
void readSource(const Member &table, Reader &reader, Source &source);
void readStream(const Member &table, Reader &reader, Stream &stream);
void readSink(const Member &table, Reader &reader, Sink &sink);

/// One [[test]] table; its names are checked once all tables are read.
void readTest(const Node &table, Reader &reader, Document &document);
void checkTests(const Document &document, Reader &reader);

/// `on_error` and `dead_letter` of a source or stream called `where`.
void readErrorPolicy(const Member &table, const std::string &where,
                     Reader &reader, ErrorPolicy &policy);

/// Names that could not be read as what they were meant to be, after a
/// message: a reference to one of them is no second fault.
struct LostNames {
  Words names;
  bool any = false; ///< a table without a name was among them
};

/// Names: taken twice, unknown, cyclic, unused; fills Document::order.
void checkReferences(Document &document, const LostNames &lost,
                     Reader &reader);

} // namespace levada::doc

#endif
