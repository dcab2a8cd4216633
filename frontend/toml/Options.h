//===- Options.h - options checked against the catalogue --------------------===//
//
// Private to frontend/toml. What is not a key of [source.X] or [sink.X] itself
// is an option of its connector or format; this decides whether there is such
// an option and whether the value is of its type.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_OPTIONS_H
#define LEVADA_FRONTEND_TOML_OPTIONS_H

#include "frontend/toml/Reader.h"

namespace levada::doc {

/// Reads `connector`, `format`, `time-format` and the options of a [source.X]
/// or [sink.X]; `own` are the keys the table has besides.
void readEndpoint(const Member &table, bool isSource, const Words &own,
                  Reader &reader, Endpoint &endpoint);

/// Sets all of `out` but its key from `node`; false after a message.
bool readOptionValue(const catalog::Option &schema, const Node &node,
                     Reader &reader, OptionValue &out);

} // namespace levada::doc

#endif
