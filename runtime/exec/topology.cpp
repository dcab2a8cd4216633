//===- topology.cpp - from the program's tables to a graph ----------------===//
#include "runtime/exec/topology.h"

#include <algorithm>

namespace levada::rt {

static void add(std::vector<uint32_t> &to, uint32_t value) {
  if (std::find(to.begin(), to.end(), value) == to.end())
    to.push_back(value);
}

/// What `desc` writes to belongs to `stage`; so does what its slots fire.
static void reach(const levada_program *program, const levada_stage_desc &desc, Stage &stage) {
  for (uint32_t i = 0; i < desc.channel_count; ++i)
    add(stage.outputs, desc.channels[i]);
  for (uint32_t i = 0; i < desc.sink_count; ++i)
    add(stage.sinks, desc.sinks[i]);
  for (uint32_t i = 0; i < desc.slot_count; ++i) {
    add(stage.slots, desc.slots[i]);
    uint32_t fire = program->slots[desc.slots[i]].fire_stage;
    if (fire < program->stage_count)
      reach(program, program->stages[fire], stage);
  }
}

Topology::Topology(const levada_program *program, uint32_t workers)
    : program(program), workers(workers) {
  stages.resize(program->stage_count);
  writers.resize(program->sink_count);
  for (uint32_t i = 0; i < program->stage_count; ++i) {
    Stage &stage = stages[i];
    stage.desc = &program->stages[i];
    stage.index = i;
    stage.depth = 0;
    stage.source = stage.desc->kind == LEVADA_STAGE_SOURCE;
    stage.single = false;
    stage.merges = false;
    stage.sources.resize(program->source_count);
    if (stage.desc->kind != LEVADA_STAGE_FIRE)
      reach(program, *stage.desc, stage);
  }
  for (uint32_t i = 0; i < program->source_count; ++i)
    stages[program->sources[i].stage].sources[i] = true;

  channels.resize(program->channel_count);
  for (uint32_t i = 0; i < program->channel_count; ++i) {
    const levada_channel_desc &desc = program->channels[i];
    channels[i] = {&desc, i, 0, false, desc.stage, 0};
    stages[desc.stage].inputs.push_back(i);
  }
  for (Stage &stage : stages) {
    std::sort(stage.inputs.begin(), stage.inputs.end(), [&](uint32_t a, uint32_t b) {
      uint32_t x = program->channels[a].input, y = program->channels[b].input;
      return x != y ? x < y : a < b;
    });
    bool single = !stage.inputs.empty();
    for (uint32_t i = 0; i < stage.inputs.size(); ++i) {
      channels[stage.inputs[i]].input = i;
      single &= channels[stage.inputs[i]].desc->mode == LEVADA_CHANNEL_SINGLE;
    }
    stage.single = single;
    for (uint32_t c : stage.outputs) {
      channels[c].producer = stage.index;
      channels[c].from_source = stage.source;
    }
  }

  // Inputs before outputs: repeat until every stage's inputs are placed.
  std::vector<bool> placed(stages.size());
  for (Stage &stage : stages)
    placed[stage.index] = stage.source;
  for (bool again = true; again;) {
    again = false;
    for (Stage &stage : stages) {
      if (placed[stage.index] || stage.desc->kind != LEVADA_STAGE_ROWS)
        continue;
      bool ready = true;
      for (uint32_t c : stage.inputs)
        ready &= placed[channels[c].producer];
      if (!ready)
        continue;
      placed[stage.index] = again = true;
      order.push_back(stage.index);
      stage.depth = order.size();
      for (uint32_t c : stage.inputs)
        for (uint32_t s = 0; s < program->source_count; ++s)
          if (stages[channels[c].producer].sources[s])
            stage.sources[s] = true;
    }
  }

  for (Stage &stage : stages) {
    for (uint32_t sink : stage.sinks)
      writers[sink].push_back(stage.index);
    bool timed = stage.inputs.size() > 1;
    for (uint32_t s = 0; s < program->source_count; ++s)
      timed &= !stage.sources[s] || program->sources[s].has_watermark;
    stage.merges = timed;
  }
}

uint32_t Topology::executions(uint32_t source) const {
  uint32_t count = 1;
  for (uint32_t index : order)
    if (active(stages[index], source))
      count += instances(stages[index]);
  return count;
}

} // namespace levada::rt
