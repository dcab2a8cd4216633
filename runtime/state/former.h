//===- former.h - state in the schema of another version of the program ----===//
//
// Parts of a checkpoint are loaded as they were saved: into a slot whose keys and
// accumulators lie as the version that saved them laid them out. Deltas, files of
// what left memory and a change of parallelism need nothing of their own then.
// When all parts have come, each entry is converted and goes to the slot at hand,
// which may have to make room meanwhile (--memory).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_FORMER_H
#define LEVADA_RUNTIME_STATE_FORMER_H

#include "runtime/checkpoint/schema.h"
#include "runtime/state/entry.h"
#include "runtime/state/spill.h"

namespace levada::rt {

struct Session;

class Former {
public:
  /// Of what `slot`, number `index` of ctx's program, takes over. `how` (not owned)
  /// says how entries are converted.
  Former(const levada_ctx *ctx, uint32_t index, levada_slot *slot, const Migration *how);
  ~Former();
  Former(const Former &) = delete;

  /// Takes parts (slot_load_from, slot_load).
  levada_slot *slot() { return former_; }
  /// All parts are there: converts them. False: they do not fit together, or ctx has
  /// the error.
  bool convert(levada_ctx *ctx);

private:
  bool convert_slice(levada_ctx *ctx, uint64_t at, Slice *to);
  struct Way; // what is converted, where to
  bool convert_sessions(levada_ctx *ctx);
  void take_session(Way &way, const Session *session);
  bool take(levada_ctx *ctx, std::string_view entry, Slice *to, int64_t start, int64_t end);
  /// The accumulators of `entry`, converted, into what desc->init made.
  bool load(levada_ctx *ctx, EntryReader &entry, char *acc);

  levada_slot *slot_, *former_ = nullptr;
  const Migration *how_;
  levada_program program_; // the one at hand, with the slot as it was
  List<levada_slot_desc> descs_{};
  levada_layout owner_{}; // of elements
  Spill spill_{};
  char *key_ = nullptr, *before_ = nullptr, *acc_ = nullptr; // of one entry
};

} // namespace levada::rt

#endif
