//===- verify.cpp - large files of the checkpoint that a run goes on from ----===//
//
// A start reads only what it needs. Large files of tables have a checksum for every
// block, checked when the block is read; all of their bytes are checked beside the
// run, before it publishes anything. Where they are damaged the checkpoint is marked,
// so that the next start goes on from the one before, and the run ends.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

namespace levada::rt {

bool Checkpoints::verify() {
  for (const Store::Found &found : chain_) {
    Text problem;
    if (idle_ || store_.verify_tables(found, problem))
      continue;
    damage_.set(NO_CHECKPOINT,
                textf("checkpoint `%s` is damaged: %s", found.path.c_str(), problem.c_str()),
                "no sink that commits has shown anything since; it is marked, and the next start goes on "
                "from the one before");
    store_.mark_damaged(chain_.back(), problem);
    Error error;
    error.set(damage_.code, Text(damage_.what.view()));
    run_.sink_failed(run_.handed(), std::move(error));
    run_.poke();
    return false;
  }
  return true;
}

} // namespace levada::rt
