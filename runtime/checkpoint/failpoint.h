//===- failpoint.h - named steps that tests make fail ---------------------===//
//
// Every system call of the commit protocol goes through one of the functions
// below, which name its step (failpoints.def). Each step has two places:
// NAME.before and NAME.after the call. The environment says what happens there,
//   LEVADA_FAILPOINT="PLACE[:COUNT]=ACTION,…"
//   PLACE   part-sync.before; part-sync is the same; `any`: every place counts
//   COUNT   the COUNTth pass (default 1); 3+: each from the third on
//   ACTION  kill (SIGKILL of the process) | cut[:SEED] (of the power, too: power.h)
//           short (half of the write, then kill) | eio | enospc (the call fails)
//           skip (an fsync is not made, as by a disk that lies) | slow:MS | term
// LEVADA_FAILPOINT=list prints all places and exits, =trace writes each one that
// is passed to stderr. Without the variable a call costs one test of a bool.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_FAILPOINT_H
#define LEVADA_RUNTIME_CHECKPOINT_FAILPOINT_H

#include <stddef.h>
#include <sys/types.h>

namespace levada::rt {

enum class Step : unsigned char {
#define STEP(ID, NAME) ID,
#include "runtime/checkpoint/failpoints.def"
#undef STEP
};

enum class Failpoints { OFF, ON, LISTED, WRONG };
/// Reads LEVADA_FAILPOINT, once before the first step. LISTED: the names are on
/// stdout, the program exits. WRONG: said on stderr what is wrong.
Failpoints read_failpoints();

/// open(), of a file that it may make or empty: no step of its own.
int open_made(const char *path, int flags);

/// The system calls of their names. Errors: errno, as theirs.
ssize_t step_write(Step step, int fd, const void *bytes, size_t size);
ssize_t step_pwrite(Step step, int fd, const void *bytes, size_t size, off_t at);
int step_fsync(Step step, int fd);
int step_ftruncate(Step step, int fd, off_t size);
int step_fallocate(Step step, int fd, int mode, off_t at, off_t size);
int step_rename(Step step, const char *from, const char *to);
int step_link(Step step, const char *from, const char *to);
int step_unlink(Step step, const char *path);
int step_mkdir(Step step, const char *path, mode_t mode);
int step_rmdir(Step step, const char *path);

} // namespace levada::rt

#endif
