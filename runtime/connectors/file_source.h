//===- file_source.h - files as a source ----------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_FILE_SOURCE_H
#define LEVADA_RUNTIME_CONNECTORS_FILE_SOURCE_H

#include "runtime/connectors/connector.h"

namespace levada::rt {

extern const SourceTable files_source_table;

} // namespace levada::rt

#endif
