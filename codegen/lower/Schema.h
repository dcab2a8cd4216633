//===- Schema.h - what a program keeps, as text -----------------------------===//
//
// The lines that checkpoints, `inspect` and `levada diff` compare programs by;
// runtime/checkpoint/schema.h reads them and says what each means.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LOWER_SCHEMA_H
#define LEVADA_CODEGEN_LOWER_SCHEMA_H

#include "codegen/lower/Plan.h"

namespace levada::codegen {

/// Windows, keys and aggregates of a slot, and where their bytes lie.
std::string slotSchema(const Plan &plan, const SlotPlan &slot);

/// Sources, sinks and slots of the whole program, and inputs whose rows may wait.
std::string programState(const Plan &plan);

/// Of a channel: the stages at its ends, columns and bytes of its rows.
uint64_t channelFingerprint(const Plan &plan, const ChannelPlan &channel);

} // namespace levada::codegen

#endif
