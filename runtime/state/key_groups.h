//===- key_groups.h - which worker owns which key -------------------------===//
//
// The top 7 bits of a key's hash are its key group; each worker owns one run
// of consecutive groups. Group boundaries make state portable between numbers
// of workers, and keep "order by hash" the order of workers too.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_KEY_GROUPS_H
#define LEVADA_RUNTIME_STATE_KEY_GROUPS_H

#include <stdint.h>

namespace levada::rt {

inline constexpr uint32_t key_groups = 128, key_group_shift = 57;

static inline uint32_t key_group(uint64_t hash) { return (uint32_t)(hash >> key_group_shift); }
static inline uint32_t group_worker(uint32_t group, uint32_t workers) {
  return group * workers / key_groups;
}
/// The first group of `worker`; that of worker + 1 is its end.
static inline uint32_t first_group(uint32_t worker, uint32_t workers) {
  return (worker * key_groups + workers - 1) / workers;
}

/// The hash of an element of what is kept of a key (levada_rt_element_hash).
static inline uint64_t element_hash(uint64_t element, uint64_t owner) {
  return (element & ~(uint64_t)0xff) | key_group(owner) << 1;
}
static inline uint32_t element_group(uint64_t hash) {
  return (uint32_t)(hash >> 1) & (key_groups - 1);
}

} // namespace levada::rt

#endif
