//===- paged.cpp - large blocks of memory that stand in a file -------------===//
//
// One mapping of one sparse file: a byte's place in the file is its place in the
// range of addresses, of which there is plenty. The range is divided among classes,
// powers of two from 64 KB on; a block takes a place of its class, and of the file as
// much as it has asked for, so that it grows where it stands up to the next power of
// two. A few blocks that were given back keep their space, for the next ones.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/paged.h"

#include "runtime/core/arena.h"
#include "runtime/core/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {

uint64_t paged_from = ~uint64_t(0), paged_arena = ~uint64_t(0);
uintptr_t paged_first = ~uintptr_t(0), paged_last = 0;

namespace {

constexpr unsigned SMALLEST = 16, CLASSES = 24;
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr uint64_t MOST_RANGE = uint64_t(1) << 36;
#else
constexpr uint64_t MOST_RANGE = uint64_t(1) << 43;
#endif
constexpr uint64_t LEAST_RANGE = uint64_t(1) << 33;
constexpr uint64_t PAGE = 4096, STEP_BYTES = 256 << 10;
/// Of what was given back this much keeps its space, in blocks that are not larger.
constexpr uint64_t MOST_WARM = 32 << 20, LARGEST_WARM = 4 << 20;
/// A block that grows gets a place this many powers of two larger.
constexpr unsigned AHEAD = 4;

struct Place {
  uint64_t space; // reserved in the file
  uint64_t room;  // of the block
  int64_t next;   // of a list; -1: the last
};

struct Class {
  char *begin = nullptr;
  Place *places = nullptr;
  uint64_t count = 0, capacity = 0, most = 0; // places there are, described, fit
  int64_t warm = -1, cold = -1;
};

struct State {
  Mutex mutex;
  pthread_cond_t some = PTHREAD_COND_INITIALIZER; // there are blocks
  char *folder = nullptr;
  uint64_t resident = 0;
  PagedReserve reserve = nullptr;
  int file = -1, statm = -1;
  uint64_t part = 0; // of the range, of a class
  Class classes[CLASSES];
  uint64_t bytes = 0, most = 0, warm = 0, blocks = 0;
  int failed = 0;
  // Bytes of other files that the process has: at first, and now.
  uint64_t first_beside = 0, beside = 0;
  struct sigaction before = {};
};
State *state; // stays: the thread may look at it while the process ends

uint64_t up(uint64_t size) { return (size + PAGE - 1) & ~(PAGE - 1); }

//--- what the process has of it ----------------------------------------------

/// Bytes of files that the process has mapped and touched; ~0 where nobody says.
uint64_t touched() {
  char text[128];
  ssize_t size = state->statm < 0 ? -1 : pread(state->statm, text, sizeof text - 1, 0);
  if (size <= 0)
    return ~uint64_t(0);
  text[size] = 0;
  unsigned long long total, resident, shared;
  if (sscanf(text, "%llu %llu %llu", &total, &resident, &shared) != 3)
    return ~uint64_t(0);
  return shared * PAGE;
}

void let_go() {
  for (Class &one : state->classes)
    if (uint64_t count = __atomic_load_n(&one.count, __ATOMIC_RELAXED)) {
      uint64_t bits = SMALLEST + unsigned(&one - state->classes);
      madvise(one.begin, count << bits, MADV_DONTNEED);
    }
  // Others may have gone on meanwhile: what is beside them hardly grows.
  uint64_t now = touched(), most = state->first_beside + (1 << 20);
  __atomic_store_n(&state->beside, now < most ? now : most, __ATOMIC_RELAXED);
}

void trim() {
  uint64_t now = touched(), beside = __atomic_load_n(&state->beside, __ATOMIC_RELAXED);
  if (now == ~uint64_t(0) || now > beside + state->resident)
    let_go();
}

/// To be woken in time where others compute.
void want_short_slices() {
  struct { // sched_attr
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {sizeof attributes, SCHED_OTHER, 0, 0, 0, 100000, 0, 0};
  syscall(SYS_sched_setattr, 0, &attributes, 0); // else as others are
}

void *keep_trimming(void *) {
  want_short_slices();
  // Bytes come at 4 GB/s at most, a page at a time.
  uint64_t ns = state->resident / 4;
  ns = ns < 300000 ? 300000 : ns > 10000000 ? 10000000 : ns;
  for (;;) {
    {
      Lock lock(state->mutex);
      while (!state->blocks)
        pthread_cond_wait(&state->some, state->mutex.native());
    }
    timespec pause = {0, long(ns)};
    nanosleep(&pause, nullptr);
    trim();
  }
}

bool start_thread() {
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, keep_trimming, nullptr);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return error == 0;
}

//--- the file ----------------------------------------------------------------

/// The disk cannot read what it had, or a file system that promised space has none.
void on_bus_error(int number, siginfo_t *info, void *context) {
  if (is_paged(info->si_addr)) {
    static const char text[] = "error[R692 no-spill]: state over --memory cannot be read back or "
                               "written: the disk failed\n";
    (void)!write(2, text, sizeof text - 1);
    _exit(1);
  }
  sigaction(SIGBUS, &state->before, nullptr);
  (void)number, (void)context;
}

int open_file(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/.spill-%d-XXXXXX", folder, int(getpid()));
    fd = size < int(sizeof path) ? mkostemp(path, O_CLOEXEC) : -1;
    if (fd >= 0)
      unlink(path);
  }
  if (fd >= 0) { // what is reserved is to be there at the second write too
    int flags = 0;
    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
      flags |= FS_NOCOW_FL;
      (void)!ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
  }
  return fd;
}

/// Makes file and range; false: state->failed.
bool open_range() {
  if (state->file >= 0 || state->failed)
    return !state->failed;
  int fd = open_file(state->folder);
  if (fd < 0) {
    state->failed = errno;
    return false;
  }
  void *at = MAP_FAILED;
  uint64_t range = MOST_RANGE;
  for (; range >= LEAST_RANGE && at == MAP_FAILED; range /= 2)
    at = mmap(nullptr, range, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED) {
    state->failed = ENOMEM;
    close(fd);
    return false;
  }
  range *= 2; // of the one that was had
  state->file = fd;
  state->part = range / CLASSES & ~((uint64_t(1) << SMALLEST) - 1);
  for (unsigned i = 0; i < CLASSES; ++i) {
    state->classes[i].begin = static_cast<char *>(at) + i * state->part;
    state->classes[i].most = state->part >> (SMALLEST + i);
  }
  state->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  state->first_beside = state->beside = touched();
  struct sigaction action = {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, &state->before);
  start_thread(); // without it blocks are let go of at allocations
  __atomic_store_n(&paged_first, uintptr_t(at), __ATOMIC_RELAXED);
  __atomic_store_n(&paged_last, uintptr_t(at) + range, __ATOMIC_RELAXED);
  return true;
}

int reserve_space(uint64_t at, uint64_t size) {
  if (state->reserve(state->file, 0, off_t(at), off_t(size)) == 0)
    return 0;
  if (errno != EOPNOTSUPP)
    return errno;
  static const char zeros[64 << 10] = {};
  while (size) {
    size_t some = size < sizeof zeros ? size : sizeof zeros;
    ssize_t put = pwrite(state->file, zeros, some, off_t(at));
    if (put < 0 && errno != EINTR)
      return errno;
    if (put > 0) {
      at += uint64_t(put);
      size -= uint64_t(put);
    }
  }
  return 0;
}

//--- places ------------------------------------------------------------------

Class &class_of(const char *block, uint64_t &index) {
  uint64_t offset = uint64_t(uintptr_t(block) - paged_first), number = offset / state->part;
  index = (offset - number * state->part) >> (SMALLEST + number);
  return state->classes[number];
}
unsigned bits_of(const Class &one) { return SMALLEST + unsigned(&one - state->classes); }
char *address(const Class &one, uint64_t index) { return one.begin + (index << bits_of(one)); }

/// The smallest class with room for so many bytes.
unsigned class_for(uint64_t size) {
  unsigned bits = size <= 1 ? 0 : 64 - unsigned(__builtin_clzll(size - 1));
  return bits <= SMALLEST ? 0 : bits - SMALLEST;
}

/// A place of the class, or -1.
int64_t take_place(Class &one) {
  int64_t *list = one.warm >= 0 ? &one.warm : &one.cold;
  if (*list >= 0) {
    int64_t index = *list;
    Place &place = one.places[index];
    *list = place.next;
    state->warm -= place.space;
    return index;
  }
  if (one.count >= one.most)
    return -1;
  if (one.count == one.capacity) {
    uint64_t capacity = one.capacity ? 2 * one.capacity : 16;
    auto *places = static_cast<Place *>(realloc(static_cast<void *>(one.places), capacity * sizeof(Place)));
    if (!places)
      return -1;
    one.places = places;
    one.capacity = capacity;
  }
  one.places[one.count] = {0, 0, -1};
  int64_t index = int64_t(one.count);
  __atomic_store_n(&one.count, one.count + 1, __ATOMIC_RELAXED);
  return index;
}

void give_place(Class &one, int64_t index) {
  Place &place = one.places[index];
  place.room = 0;
  if (place.space && (place.space > LARGEST_WARM || state->warm + place.space > MOST_WARM)) {
    off_t at = off_t(uintptr_t(address(one, uint64_t(index))) - paged_first);
    if (fallocate(state->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, off_t(place.space)) == 0)
      place.space = 0; // else it keeps its space, whatever that is
  }
  state->warm += place.space;
  int64_t &list = place.space ? one.warm : one.cold;
  place.next = list;
  list = index;
}

/// Space for `size` bytes of the block at a place.
bool reserve(Class &one, uint64_t index, uint64_t size) {
  Place &place = one.places[index];
  uint64_t space = up(size);
  if (space > place.space) {
    char *at = address(one, index) + place.space;
    if (int error = reserve_space(uintptr_t(at) - paged_first, space - place.space)) {
      state->failed = error;
      return false;
    }
    place.space = space;
  }
  state->bytes += space - place.room;
  place.room = space;
  if (state->most < state->bytes)
    state->most = state->bytes;
  return true;
}

} // namespace

//--- blocks ------------------------------------------------------------------

void paged_begin(const char *folder, uint64_t from, uint64_t resident, PagedReserve reserve) {
  if (!state)
    state = new State;
  free(state->folder);
  state->folder = strdup(folder);
  state->reserve = reserve ? reserve : fallocate;
  state->failed = 0;
  state->resident = resident < (1 << 20) ? 1 << 20 : resident;
  paged_from = from;
  paged_arena = from / 2;
}

char *paged_try(uint64_t size, bool grows) {
  if (!state || size > uint64_t(1) << 48)
    return nullptr;
  char *block = nullptr;
  {
    Lock lock(state->mutex);
    if (!open_range())
      return nullptr;
    unsigned first = class_for(size), number = first + (grows ? AHEAD : 0);
    int64_t index = -1;
    for (; number < CLASSES && (index = take_place(state->classes[number])) < 0; ++number) {
    }
    if (index < 0 && grows)
      for (number = first; number < CLASSES && (index = take_place(state->classes[number])) < 0; ++number) {
      }
    if (index < 0) {
      state->failed = ENOMEM;
      return nullptr;
    }
    Class &one = state->classes[number];
    if (!reserve(one, uint64_t(index), size)) {
      give_place(one, index);
      return nullptr;
    }
    block = address(one, uint64_t(index));
    if (state->blocks++ == 0)
      pthread_cond_signal(&state->some);
  }
  trim();
  return block;
}

uint64_t paged_room(const char *block) {
  Lock lock(state->mutex);
  uint64_t index;
  Class &one = class_of(block, index);
  return one.places[index].room;
}

char *paged_grow(char *block, uint64_t size) {
  uint64_t room;
  {
    Lock lock(state->mutex);
    uint64_t index;
    Class &one = class_of(block, index);
    room = one.places[index].room;
    if (size <= room)
      return block;
    if (size <= uint64_t(1) << bits_of(one))
      return !state->failed && reserve(one, index, size) ? block : nullptr;
  }
  char *larger = paged_try(size, true);
  if (larger) {
    paged_copy(larger, block, room);
    paged_free(block);
  }
  return larger;
}

void paged_free(char *block) {
  Lock lock(state->mutex);
  uint64_t index;
  Class &one = class_of(block, index);
  state->bytes -= one.places[index].room;
  --state->blocks;
  give_place(one, int64_t(index));
}

char *paged_alloc(uint64_t size) {
  char *block = paged_try(size, false);
  return block ? block : static_cast<char *>(plain_alloc(size));
}

void paged_copy(char *to, const char *from, uint64_t size) {
  if (size <= STEP_BYTES || (!is_paged(to) && !is_paged(from))) {
    memcpy(to, from, size);
    return;
  }
  for (uint64_t at = 0; at < size; at += STEP_BYTES) {
    memcpy(to + at, from + at, size - at < STEP_BYTES ? size - at : STEP_BYTES);
    trim();
  }
}

void paged_rest(char *block, uint64_t size) {
  if (is_paged(block))
    madvise(block, up(size), MADV_DONTNEED);
}

void paged_look() {
  if (__atomic_load_n(&state->blocks, __ATOMIC_RELAXED))
    trim();
}

uint64_t paged_bytes() {
  if (!state)
    return 0;
  Lock lock(state->mutex);
  return state->bytes;
}
uint64_t paged_most() {
  if (!state)
    return 0;
  Lock lock(state->mutex);
  return state->most;
}
int paged_failed() { return state ? __atomic_load_n(&state->failed, __ATOMIC_RELAXED) : 0; }
const char *paged_folder() { return state && state->folder ? state->folder : ""; }

} // namespace levada::rt
