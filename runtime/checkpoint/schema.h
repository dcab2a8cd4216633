//===- schema.h - what programs keep, and whether one can go on with another's ===//
//
// The compiler writes what a program keeps as lines of fields between tabs; the
// executable embeds them, checkpoints hold them, and the comparison below decides
// what becomes of state when the program changes: at a restore and in `levada
// diff` alike. Slots are matched by id, sources and sinks by name, keys and
// aggregates of a slot by their expressions.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_SCHEMA_H
#define LEVADA_RUNTIME_CHECKPOINT_SCHEMA_H

#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

/// A line's fields: tabs, line ends and backslashes within are escaped.
void append_field(Text &line, std::string_view text);
/// The field up to the next tab, as it was; `line` goes on behind it.
Text take_field(std::string_view &line);

/// One slot: windows, keys, aggregates, and where their bytes lie in an entry.
struct Schema {
  struct Key {
    Text name, type; // SQL type
    Text kind;       // bool, i8 … i128, f32, f64, str
    uint32_t offset = 0;
    int32_t null_offset = -1; // of a byte, -1: NOT NULL
  };
  struct Field { // of an accumulator
    Text name, kind; // also u8 …, ptr, raw:BYTES
    uint32_t offset = 0;
  };
  struct Aggregate {
    Text name, type, symbol; // SUM(n), type of n, levada_agg_sum_i32
    uint32_t offset = 0, size = 0; // in the accumulators
    int32_t set = -1;              // of its DISTINCT values, or of all that it was given
    bool plain = true;             // its bytes are all there is
    bool kept = false;             // `set` has all values: they can be taken back
    std::vector<Key> arguments;    // of kept: a row of values
    uint32_t row_size = 0;
    std::vector<Field> fields;
  };
  Text kind; // window, session, group, sort
  Text window; // tumble, hop, cumulate, or empty
  int64_t size = 0, slide = 0, offset = 0; // ms
  Text zone;                               // of windows in local time
  uint32_t key_size = 0, acc_offset = 0, entry_size = 0;
  std::vector<Key> keys;
  std::vector<Aggregate> aggregates;
  std::vector<Text> order; // of a sort
  Text owner; // the slot of whose keys these are elements, or empty

  /// False: the text is no schema.
  bool parse(std::string_view text);
  /// For a reader, in one line.
  Text describe() const;
};

/// How the bytes of an entry become those of another schema.
struct Migration {
  bool same = true;      // nothing to do
  bool key_same = true;  // and so are hashes
  bool acc_same = true;
  struct Piece {
    uint32_t from, to;           // offsets
    uint32_t from_size, to_size; // bytes; equal: copied as they are
    enum How : uint8_t { COPY, SIGNED, UNSIGNED, FLOAT } how;
    int32_t from_null = -1, to_null = -1; // of a key's column
  };
  std::vector<Piece> key, acc;
  uint32_t key_size = 0, acc_size = 0; // before
  std::vector<uint32_t> key_texts;     // their offsets before
  uint32_t last_key = 0;               // offset of the last column before
  uint32_t owner_texts = 0;            // texts of those before it
};

/// False: `why` says what cannot be brought over.
bool plan_migration(const Schema &before, const Schema &now, Migration &out, Text &why);

/// A program: its name, sources, sinks, slots, and inputs whose rows may wait.
struct ProgramState {
  struct Part {
    Text name, connector, format;
    Text path; // of a source, as it is written
  };
  struct Slot {
    Text id, schema;
  };
  struct Input { // of an operator that has several
    Text from, of; // stages
    Text columns;
    Text name() const; // for a reader
  };
  Text program;
  std::vector<Part> sources, sinks;
  std::vector<Slot> slots;
  std::vector<Input> inputs;

  /// Lines that start with source, sink, slot or input; false for any other.
  bool take(std::string_view word, std::string_view line);
  void print(Text &text) const;
  /// The text that an executable embeds.
  bool parse(std::string_view text);
  const Slot *slot(std::string_view id) const;
};

enum class Fate : uint8_t { SAME, MIGRATES, NEW, DROPPED, REBUILD };

struct Verdict {
  Fate fate;
  const char *what; // "pipeline", "source", "sink", "operator", "input"
  Text name;        // a slot's id
  Text why;         // of MIGRATES and REBUILD
  Text before, now; // of REBUILD: both schemas
};

/// What becomes of the state of `before` in `now`, operator by operator. An input
/// is named only where rows that wait in it cannot be taken over.
std::vector<Verdict> compare(const ProgramState &before, const ProgramState &now);

} // namespace levada::rt

#endif
