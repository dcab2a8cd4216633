//===- store.h - the state directory of a pipeline ------------------------===//
//
// One folder for one pipeline:
//   pipeline            whose it is
//   lock                held by the process that uses it, with its pid
//   chk-000017/         a checkpoint: manifest, run, and of each worker
//     state-WORKER        what is small, and where the rest stands
//     tables-WORKER       entries of large tables, sorted by hash
//     spill-WORKER-N      links to what had left memory
//     damaged             why it is not to be used, if so
//   .chk-000018.making/ one being made, or left by a crash
//   .spill-PID-WORKER-N.making  what has left memory
//   allowed             --overwrite, --append: until rows are seen
//   finished            the last run read its input to the end
//   set-aside-000017/   checkpoints that a run did not go on from (--restore)
//   control             the running instance's socket (runtime/control)
// A checkpoint is there when its directory has its name: files are forced to the
// disk before, the parent after the rename. What is damaged is named and passed
// over; nothing is removed but what was superseded by a published checkpoint.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_STORE_H
#define LEVADA_RUNTIME_CHECKPOINT_STORE_H

#include "runtime/checkpoint/manifest.h"
#include "runtime/checkpoint/stream.h"
#include "runtime/core/error.h"

namespace levada::rt {

class Store {
public:
  ~Store();
  /// Makes the folder if need be and locks it for this process. False: it is
  /// another pipeline's, in use, no state directory, or not ours to write.
  bool open(const char *path, const char *program, Error &error);
  /// To look at only: neither made nor locked. `program`: whose it must be, or NULL.
  bool look(const char *path, const char *program, Error &error);

  /// One checkpoint there is.
  struct Found {
    uint64_t epoch = 0;
    Manifest manifest;
    Text path, problem; // problem: empty for a sound one
    Text denied;        // of one that may be sound, but not be read: who may
  };
  /// What is looked at of a checkpoint: that files have their sizes; the checksums of
  /// all but large tables, too, whose blocks have their own; all bytes.
  enum Depth { SIZES, HEADS, ALL };
  /// All by epoch, newest first.
  std::vector<Found> list(Depth depth) const;
  /// The newest sound one with those it builds on, oldest first; empty when there
  /// is none, and where a newer one may not be read. What is newer than it, damaged or
  /// denied, goes to `passed`.
  std::vector<Found> newest(std::vector<Found> &passed, Depth depth = ALL) const;
  /// Says that one may not be read, and who may.
  static bool refuse_denied(const Found &found, Error &error);
  /// The one in the folder `path` with those it builds on (its neighbours), a
  /// savepoint, or the newest of another state directory.
  static bool at(const char *path, std::vector<Found> &chain, Error &error);

  /// Whether HEADS leaves the bytes of this file to be checked later.
  static bool reads_later(const Manifest::File &file);
  /// Checks those of a checkpoint. False: `problem` says what is wrong.
  static bool verify_tables(const Found &found, Text &problem);
  /// From now on it counts as damaged, if it is here.
  void mark_damaged(const Found &found, const Text &problem) const;

  /// Begins a checkpoint in the state directory, or in the folder `target`.
  bool begin(uint64_t epoch, const char *target, Error &error);
  bool write(const char *name, std::string_view bytes, Error &error);
  /// `crc`, if any, is told the checksum of the pieces.
  bool write(const char *name, const std::vector<std::string_view> &pieces, Error &error,
             uint32_t *crc = nullptr);
  /// One that is written while its bytes come: what goes wrong is said by finish().
  void open(const char *name, FileStream &file, bool direct) const;
  bool finish(const char *name, FileStream &file, Error &error);
  /// A file that is whole already: another name for that at `path`, or (where that
  /// is NULL, or on another disk) a copy of what `fd` reads.
  bool link(const char *name, const char *path, int fd, uint64_t size, uint32_t crc, Error &error);
  /// Writes the manifest (files are filled in) and makes the checkpoint appear.
  bool publish(Manifest &manifest, Error &error);
  /// Removes what was begun.
  void abandon();
  /// Removes checkpoints that neither belong to the `keep` newest nor are built
  /// upon by those, and what crashes left.
  void retain(uint32_t keep);

  /// Whether a savepoint may be made at `target`: nothing is there, and it is not
  /// within the state directory.
  bool target_fits(const char *target, Error &error) const;
  /// A copy of the newest sound checkpoint and what it builds on in the new folder
  /// `target`, which `--restore` and `inspect` read.
  bool copy_newest(const char *target, Error &error) const;
  /// The run goes on from `chain` (empty: from nothing) instead of what is here: that
  /// is set aside, never removed, and `chain` is brought in. All of it or nothing, also
  /// when the process dies on the way.
  bool adopt(const std::vector<Found> &chain, Error &error);
  /// The folder that adopt() made for what was here, or empty.
  Text set_aside_now;
  /// Folders that hold what was set aside.
  std::vector<Text> set_aside() const;

  /// The last run came to the end of its input; there is nothing to resume.
  bool finished() const { return finished_; }
  bool finish(Error &error);
  /// Of the highest checkpoint ever made here.
  uint64_t last_epoch() const { return last_; }
  uint32_t locked_by() const; // pid, or 0; for look()
  const Text &path() const { return path_; }

private:
  bool lock(Error &error);
  bool finish_adopting(Error &error);
  bool copy_chain(const std::vector<Found> &chain, const char *target, Error &error) const;
  bool check_owner(const char *program, Error &error);
  void read_finished();
  bool denied(const char *what, Error &error) const;
  void remove(const Found &found) const;
  void unfinish();

  Text path_, making_, target_;
  int lock_ = -1;
  bool finished_ = false;
  uint64_t finished_epoch_ = 0, last_ = 0;
  std::vector<Manifest::File> files_;
};

Text checkpoint_name(uint64_t epoch); // chk-000017

} // namespace levada::rt

#endif
