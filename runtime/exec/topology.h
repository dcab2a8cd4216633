//===- topology.h - which stage feeds which -------------------------------===//
//
// Read once from the program's tables: for every stage that receives rows, its
// inputs, what it and the fire stages of its slots write to, and which sources
// it depends on. A number belongs to one source, so only the stages below that
// source take part in it. Shared by all workers, constant during a run.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_TOPOLOGY_H
#define LEVADA_RUNTIME_EXEC_TOPOLOGY_H

#include "runtime/abi/abi.h"

#include <vector>

namespace levada::rt {

/// One bit per source.
using SourceSet = std::vector<bool>;

struct Channel {
  const levada_channel_desc *desc;
  uint32_t index;
  uint32_t producer; // source or rows stage whose execution fills it
  bool from_source;  // filled by one worker per number
  uint32_t consumer; // stage
  uint32_t input;    // position in the consumer's inputs
};

struct Stage {
  const levada_stage_desc *desc;
  uint32_t index;
  uint32_t depth; // position in topological order
  bool source;    // LEVADA_STAGE_SOURCE
  bool single;    // runs on worker 0 only
  /// Several inputs, each with watermarks: merged row by row.
  bool merges;
  SourceSet sources;             // it depends on
  std::vector<uint32_t> inputs;  // channels, by input number
  std::vector<uint32_t> outputs; // channels filled by it and its fire stages
  std::vector<uint32_t> sinks;   // written by it and its fire stages
  std::vector<uint32_t> slots;   // in the order in which they are advanced
};

struct Topology {
  const levada_program *program;
  uint32_t workers;
  std::vector<Stage> stages;   // by stage index; fire stages have no content
  std::vector<uint32_t> order; // rows stages, inputs before outputs
  std::vector<Channel> channels;
  std::vector<std::vector<uint32_t>> writers; // by sink: stages that write it

  Topology(const levada_program *program, uint32_t workers);

  /// Executions of stages that a number of `source` needs.
  uint32_t executions(uint32_t source) const;
  bool active(const Stage &stage, uint32_t source) const { return stage.sources[source]; }
  uint32_t instances(const Stage &stage) const { return stage.single ? 1 : workers; }
};

} // namespace levada::rt

#endif
