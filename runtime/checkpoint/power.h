//===- power.h - what is left when the power goes -------------------------===//
//
// For the failpoint action `cut` only. The system calls of the commit protocol
// are remembered until an fsync makes them last: names (made, linked, renamed,
// removed) until their directory is forced to the disk, bytes until their file
// is. cut() takes back what need not have survived: a name alone or with those
// that depend on it, bytes whole, from some block on, or as zeros. What survives
// follows from the seed; a name that needed no fsync to last elsewhere (ext4 forces
// a new file's name with its bytes) is taken back all the same.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_POWER_H
#define LEVADA_RUNTIME_CHECKPOINT_POWER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

namespace levada::rt::power {

/// Once, before there are threads: the functions below begin to remember.
void watch(uint64_t seed);

/// The system calls of their names.
int open(const char *path, int flags, mode_t mode);
ssize_t write(int fd, const void *bytes, size_t size);
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at);
int fsync(int fd);
int ftruncate(int fd, off_t size);
int rename(const char *from, const char *to);
int link(const char *from, const char *to);
int unlink(const char *path);
int mkdir(const char *path, mode_t mode);
int rmdir(const char *path);

/// Takes back what was not forced to the disk, and ends the process.
[[noreturn]] void cut();

} // namespace levada::rt::power

#endif
