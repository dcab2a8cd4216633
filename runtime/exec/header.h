//===- header.h - the first line of a CSV file ----------------------------===//
//
// `csv.header = true`: names in any order; every declared column once and no
// other. Each file of a source has its own order.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_HEADER_H
#define LEVADA_RUNTIME_EXEC_HEADER_H

#include "runtime/abi/abi.h"
#include "runtime/core/error.h"

#include <vector>

namespace levada::rt {

/// The fields of one CSV record (its line end may be there), unquoted.
std::vector<Text> split_record(const levada_source_desc &desc, const char *data, uint64_t size);

/// Where each declared column stands in the record `line`; `map` is empty when
/// that is the declared order.
bool map_columns(const levada_source_desc &desc, const char *file, const char *line, uint64_t size,
                 std::vector<uint32_t> &map, uint32_t &field_count, Error &error);

} // namespace levada::rt

#endif
