//===- pace.h - how much is copied between two numbers ---------------------===//
#ifndef LEVADA_RUNTIME_EXEC_PACE_H
#define LEVADA_RUNTIME_EXEC_PACE_H

#include <algorithm>
#include <stdint.h>

namespace levada::rt {

/// How many places of its tables a worker copies to a checkpoint before it goes on with
/// rows: what takes it about a step's time. With fewer, more of them change before
/// their turn, and are copied one by one; with more, rows wait. What one costs depends
/// on what is kept there, and on the machine.
class Pace {
public:
  static constexpr int64_t step = 2'000'000; // ns
  static constexpr uint64_t least = 256, most = 1 << 20;

  uint64_t places() const { return places_; }
  /// Copying as many took so long. No more than twice as many are next.
  void took(uint64_t places, int64_t ns) {
    if (places < least)
      return; // says little
    const double fit = double(places) * double(step) / double(std::max<int64_t>(ns, 1));
    places_ = uint64_t(std::clamp(fit, double(least), double(std::min(most, 2 * places_))));
  }

private:
  uint64_t places_ = 32 << 10;
};

} // namespace levada::rt

#endif
