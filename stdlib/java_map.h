//===- java_map.h - the order in which Java gives the keys of a map --------===//
//
// Where Flink makes a map through java.util.HashMap (maps of JSON, casts of maps,
// STR_TO_MAP), MAP_KEYS and CAST(map AS STRING) show the order of its buckets.
// It follows from the keys alone: their hashes, how many they are and how much
// room the table had at first.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_JAVA_MAP_H
#define LEVADA_STDLIB_JAVA_MAP_H

#include "stdlib/nested.h"

namespace levada::nested {

/// What hashes a text: Flink's own strings or java.lang.String.
enum class TextHash { Flink, Java };

/// `new HashMap()` has this much room.
constexpr uint32_t kJavaRoom = 16;
/// The room that Flink asks for when it expects `count` keys.
uint32_t javaRoom(uint32_t count);

/// Brings distinct keys, which came in this order, and their values into the
/// order of a HashMap that had `room` at first. Keys without a hash of their value
/// (bytes, nested ones) stay where they are.
void javaOrder(Values &keys, Values &values, uint32_t room, TextHash texts = TextHash::Flink);

} // namespace levada::nested

#endif
