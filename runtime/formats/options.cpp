//===- options.cpp - the formats and their options ------------------------===//
//
// Read by AbiGen alone: keys, defaults and their meaning, as the compiler checks
// them and CONNECTORS.md shows them. Keys and defaults are Flink's where it has
// the format.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/option.h"

/// One JSON object a line. Keys in any order, unknown ones skipped, a missing one is NULL.
struct LEVADA_FORMAT("json", decodes | encodes) json_options {
  /// How timestamps are written; both are read.
  LEVADA_OPTION("json.timestamp-format.standard", none, "SQL", "SQL|ISO-8601")
  levada_opt_enum timestamp_format;
  /// A value that does not fit its column is NULL, a record that is no JSON is skipped.
  LEVADA_OPTION("json.ignore-parse-errors", none, "false") bool ignore_parse_errors;
  /// A record that lacks a column is bad; otherwise the column is NULL.
  LEVADA_OPTION("json.fail-on-missing-field", none, "false") bool fail_on_missing_field;
  /// A number with a fraction is a bad record in a column of INT or BIGINT; otherwise the fraction is cut.
  LEVADA_OPTION("json.fail-on-fraction", none, "false") bool fail_on_fraction;
  /// Columns, and fields of a ROW, that are NULL are left out of what is written.
  LEVADA_OPTION("json.encode.ignore-null-fields", none, "false") bool ignore_null_fields;
  /// What becomes of a key of a MAP that is NULL: an error, left out, or a text of its own.
  LEVADA_OPTION("json.map-null-key.mode", none, "FAIL", "FAIL|DROP|LITERAL")
  levada_opt_enum map_null_key_mode;
  /// That text.
  LEVADA_OPTION("json.map-null-key.literal", none, "null") levada_opt_string map_null_key_literal;
  /// Decimals are always written as plain numbers, never with an exponent.
  LEVADA_OPTION("json.encode.decimal-as-plain-number", none, "false") bool plain_decimals;
};

/// Changes of a table, one JSON object a line: {"op": "+I", "data": {row}}, where op is +I, -U, +U or -D. What takes only new rows says so when it is compiled.
struct LEVADA_FORMAT("changelog-json", decodes | encodes) changelog_json_options {
  /// The kinds of changes that the table carries: I, UB, UA, D; all four by default, I, UA and D for a sink with a primary key.
  LEVADA_OPTION("changelog-json.changelog-mode", none, "I,UB,UA,D", "I|I,D|I,UA|I,UA,D|I,UB,UA|I,UB,UA,D|UA,D")
  levada_opt_enum changelog_mode;
  /// Deletions carry the primary key alone.
  LEVADA_OPTION("changelog-json.delete-by-key", none, "false") bool delete_by_key;
  /// How timestamps are written; both are read.
  LEVADA_OPTION("changelog-json.timestamp-format.standard", none, "SQL", "SQL|ISO-8601")
  levada_opt_enum timestamp_format;
  /// A value that does not fit its column is NULL, a record that is no JSON is skipped.
  LEVADA_OPTION("changelog-json.ignore-parse-errors", none, "false") bool ignore_parse_errors;
  /// What becomes of a key of a MAP that is NULL: an error, left out, or a text of its own.
  LEVADA_OPTION("changelog-json.map-null-key.mode", none, "FAIL", "FAIL|DROP|LITERAL")
  levada_opt_enum map_null_key_mode;
  /// That text.
  LEVADA_OPTION("changelog-json.map-null-key.literal", none, "null") levada_opt_string map_null_key_literal;
};

/// Fields between delimiters, in quotes where they hold some (RFC 4180).
struct LEVADA_FORMAT("csv", decodes | encodes) csv_options {
  /// What the first line of a file is: data, the names of the columns in any order, or skipped. A sink writes it.
  LEVADA_OPTION("csv.header", none, "false", "false|true|skip")
  levada_opt_enum header;
  /// Stands between two fields.
  LEVADA_OPTION("csv.field-delimiter", none, ",") levada_opt_char field_delimiter;
  /// Stands around a field that holds delimiters, quotes or line ends.
  LEVADA_OPTION("csv.quote-character", none, "\"") levada_opt_char quote_character;
  /// Quotes are ordinary characters.
  LEVADA_OPTION("csv.disable-quote-character", none, "false") bool disable_quote_character;
  /// Makes the character after it an ordinary one.
  LEVADA_OPTION("csv.escape-character", none, "") levada_opt_char escape_character;
  /// A field of this text is NULL.
  LEVADA_OPTION("csv.null-literal", none, "") levada_opt_string null_literal;
  /// Stands between the elements of an ARRAY and the fields of a ROW.
  LEVADA_OPTION("csv.array-element-delimiter", none, ";") levada_opt_string array_element_delimiter;
  /// A field that does not fit its column is NULL, as are missing ones; more fields than columns are dropped.
  LEVADA_OPTION("csv.ignore-parse-errors", none, "false") bool ignore_parse_errors;
};

/// A line is a row of one column.
struct LEVADA_FORMAT("raw", decodes | encodes) raw_options {
  /// The encoding of text.
  LEVADA_OPTION("raw.charset", none, "UTF-8", "UTF-8") levada_opt_enum charset;
};

/// Lines matched by a regular expression: web server and system logs.
struct LEVADA_FORMAT("regex", decodes) regex_options {
  /// Named groups (?<column>…) fill the columns of their name. Need not match the whole line; a line that does not match is a bad row, a group that took no part is NULL.
  LEVADA_OPTION("regex.pattern", required, "") levada_opt_pattern pattern;
  /// A group of this text is NULL.
  LEVADA_OPTION("regex.null-literal", none, "") levada_opt_string null_literal;
};

/// Rows aligned for reading, at the end of the run; for the stdout sink.
struct LEVADA_FORMAT("table", encodes) table_options {};
