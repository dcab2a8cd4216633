//===- source.h - from a connector's bytes to chunks of records -----------===//
//
// Chunk boundaries depend on the bytes alone: 1 MiB of decoded text (another size
// in tests), cut after
// its last whole record; a longer record grows the chunk. Only a live stream
// that has nothing more to give right now is cut earlier. A chunk never holds
// parts of two files. Cutting is sequential; decoding is not.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_SOURCE_H
#define LEVADA_RUNTIME_EXEC_SOURCE_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/connectors/connector.h"
#include "runtime/core/sync.h"

#include <atomic>
#include <deque>

namespace levada::rt {

/// What the chunks of one file share.
struct File {
  std::atomic<uint32_t> refs{1};
  Text name;
  std::vector<uint32_t> column_map; // empty: identity
  uint32_t field_count = 0;
  bool lines_counted = false;
  bool again = false; // it can be read again
  uint32_t head_size = 0, head_crc = 0; // of its first bytes
};

class Source;

struct Chunk {
  levada_chunk abi{};
  Source *source = nullptr;
  File *file = nullptr;
  char *buffer = nullptr;
  uint64_t capacity = 0; // without the spare bytes behind
  uint64_t file_number = 0, next_line = 0; // where the next one begins
};

void chunk_release(Chunk *chunk);
void file_release(File *file);

class Source {
public:
  static constexpr uint64_t NEAR = 1024; // bytes that tell a file from another
  static constexpr uint64_t record_limit = 256 << 20, spare = 128;

  Source(const levada_program *program, uint32_t index, const Settings &settings);
  ~Source();
  bool open(Error &error);
  /// Starts a thread that cuts ahead where that pays.
  void start_ahead(Event &event);

  /// WAIT: nothing yet, `event` tells when (cutting ahead only). PAUSED: with
  /// --once, all that is there has been read.
  enum Result { CHUNK, END, FAILED, STOP, WAIT, PAUSED };
  Result next(Chunk *&chunk, Error &error);

  /// Line of byte `offset` in the file, when the chunk does not know it.
  uint64_t line_of(const char *file, uint64_t offset) const;

  const levada_source_desc &desc;
  bool ended = false; // its last number was handed out
  bool paused = false; // with --once: it has no more numbers in this run

  /// The position behind the chunk last handed out.
  void save(Writer &to);
  /// Before the first chunk: goes on at a saved position. What was read up to
  /// there must be there as it was, by names, sizes and the bytes near it.
  bool restore(Reader &from, Error &error);
  /// Whether the input ends where it did at a saved position, by names and sizes.
  bool nothing_new(Reader from) const;
  /// What was read can be read again after a crash.
  bool replays() const { return replays_; }

  /// It never ends, though it can be read again.
  bool endless() const { return table_->endless && table_->endless(state_); }
  /// It waits for what may never come, and can be read again; others may go on.
  bool waits() const { return table_->waits && table_->waits(state_); }
  bool passed = false; // it has nothing now

  /// How far it has been read, for a reader; from any thread.
  Text where() const;

private:
  Result take(Chunk *&chunk, Error &error);
  Result cut(Chunk *&chunk, Error &error);
  Result open_file(Error &error);
  Result fill(Error &error);
  Result read_header(Error &error);
  Chunk *take_buffer(uint64_t capacity);
  static void *ahead_main(void *arg);
  friend void chunk_release(Chunk *chunk);

  const uint64_t chunk_size_;
  Options options_;
  const SourceTable *table_ = nullptr;
  void *state_ = nullptr;

  bool check(uint32_t size, uint32_t crc, Error &error);
  bool changed(const char *how, Error &error) const;
  bool open_again(Error &error);
  bool last_stays_open() const;
  void began(Text &&name);
  void grow();

  /// Behind the chunk last handed out: in the file_number-th file, from 1.
  struct Position {
    uint64_t file_number = 0, offset = 0, line = 1;
    uint64_t end_size = 0;        // of the file, where all of it was read; 0: it was not
    int64_t end_changed = 0;      // and what more tells that
    uint32_t end_crc = 0;
    bool whole = false;           // and nothing of it is left: it may go
    uint32_t head_size = 0, head_crc = 0; // of the file's first bytes
    uint32_t tail_size = 0, tail_crc = 0; // of those before the offset
    bool again = false;           // the file can be read again
  } position_;
  uint64_t file_number_ = 0; // files opened
  mutable Mutex where_mutex_; // where_*: of the chunk handed out last
  Text where_name_;
  uint64_t where_file_ = 0, where_offset_ = 0;
  bool once_ = false, idle_ = false, replays_ = true;
  bool cut_off_ = false; // stopped in the middle of a record
  Text rest_;            // of a pipe: bytes before the first one of this run
  mutable Mutex opened_mutex_;
  std::vector<Stream> opened_; // those opened so far

  File *file_ = nullptr;
  Chunk *current_ = nullptr;        // being filled: whole and part records
  uint64_t begin_ = 0, filled_ = 0; // its bytes: first record to end
  uint64_t offset_ = 0, line_ = 1;  // of current_'s first byte
  bool file_ended_ = false, header_due_ = false, at_start_ = false;
  bool pausing_ = false; // a live stream had nothing more
  bool part_stays_ = false; // with --once: what has no end yet is not a record

  Mutex pool_mutex_;
  std::vector<Chunk *> pool_;

  // Cutting ahead.
  struct Ready {
    Result result;
    Chunk *chunk;
    Error error;
  };
  Event *event_ = nullptr;
  bool ahead_ = false, stopping_ = false;
  pthread_t thread_{};
  Mutex ahead_mutex_;
  pthread_cond_t ahead_changed_ = PTHREAD_COND_INITIALIZER;
  std::deque<Ready> ready_;
};

} // namespace levada::rt

#endif
