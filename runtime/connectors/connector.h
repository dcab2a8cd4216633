//===- connector.h - what a connector gives the runtime -------------------===//
//
// One constant table of functions, levada_connector_NAME, and one annotated
// struct of options (option.h). An executable refers to the tables it uses, so
// the archive brings those and no others; nothing is registered. A connector
// holds its state behind a void pointer and is called by one thread at a time.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_CONNECTOR_H
#define LEVADA_RUNTIME_CONNECTORS_CONNECTOR_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/connectors/option.h"
#include "runtime/core/error.h"
#include "runtime/core/settings.h"

namespace levada::rt {

/// Options of one source or sink, by key.
class Options {
public:
  Options(const Settings &settings, const char *table, const char *name,
          const levada_option *options, uint32_t count)
      : settings_(settings), table_(table), name_(name), options_(options), count_(count) {}
  /// The value, expanded; `fallback` when not given. False: error is set.
  bool get(const char *key, Text &out, const char *fallback, Error &error) const;
  bool get(const char *key, bool &out, bool fallback, Error &error) const;
  bool get(const char *key, uint64_t &out, uint64_t fallback, Error &error) const; // 128 MB
  bool get_duration(const char *key, int64_t &ms, int64_t fallback, Error &error) const;
  bool once() const { return settings_.once; }
  const char *name() const { return name_; }

private:
  const Settings &settings_;
  const char *table_, *name_;
  const levada_option *options_;
  uint32_t count_;
};

/// One that was read: its name, and of its bytes as they were stored when its end was
/// reached how many there were, when they were changed, and a checksum of the first
/// and the last ones.
struct Stream {
  Text name;
  uint64_t size = 0;
  int64_t changed = 0; // ns since the epoch
  uint32_t crc = 0;
};

/// What follows a source's last stream: nothing; other streams, which another run
/// gets, and none can be read again; more bytes of it, too, and other streams.
enum class Ending { LAST, STREAMS, BYTES };

/// A source delivers streams of bytes (files) one after another.
struct SourceTable {
  /// NULL: error is set.
  void *(*open)(const Options &options, Error &error);
  /// Goes to the next stream and tells its name; 0: there is none, -1: error,
  /// STOPPED as read().
  int (*next)(void *source, Text &name, Error &error);
  /// Bytes of the stream; 0: its end, -1: error, STOPPED: the run is to end, or
  /// interrupt_reads() was called.
  int64_t (*read)(void *source, char *to, uint64_t size, Error &error);
  /// Whether read() would return at once. NULL: always, as files do.
  bool (*ready)(void *source);
  /// Whether reading is worth a thread of its own (it waits, or decompresses).
  bool (*ahead)(void *source);
  /// Newlines before `offset` of the stream `name`; NULL: it cannot be read
  /// again, lines are counted on the way.
  bool (*count_lines)(const char *name, uint64_t offset, uint64_t &lines);
  void (*close)(void *source);

  /// Of the current stream. NULL: LAST.
  Ending (*ending)(void *source) = nullptr;
  /// Whether another stream follows the current one. NULL: none does.
  bool (*more)(void *source) = nullptr;
  /// Fills in what of the current stream was read: all of it, until now.
  void (*mark)(void *source, Stream &stream) = nullptr;
  /// Whether the current stream is still as it was marked.
  bool (*unchanged)(void *source, const Stream &stream) = nullptr;
  /// Opens the last of `read` again, which was being read; those before it had
  /// been read to their end, and with `whole` it, too: then it may be gone. 1, 0: it
  /// is, -1: what has been read is not there as it was.
  int (*resume)(void *source, const std::vector<Stream> &read, bool whole,
                Error &error) = nullptr;
  /// Before any is opened: all of `read` are as they were (the last may be gone,
  /// with `whole`), and no other has come.
  bool (*same)(void *source, const std::vector<Stream> &read, bool whole) = nullptr;
  /// Goes to a byte of the current stream. 0: it has fewer, -1: error.
  int (*seek)(void *source, uint64_t offset, Error &error) = nullptr;

  /// Whether it never ends though it can be read again. The others are of such a one
  /// only, and called by any thread.
  bool (*endless)(void *source) = nullptr;
  /// Whether read() waits for what may never come.
  bool (*waits)(void *source) = nullptr;
  /// Whether the stream `name` ended, when its end was seen last, at that decoded byte;
  /// -1: its end was not seen.
  int (*at_end)(void *source, const Text &name, uint64_t offset) = nullptr;
};
constexpr int64_t STOPPED = -2;

/// What a sink is opened with.
struct SinkContext {
  const levada_program *program;
  const levada_sink_desc *desc;
  const Options &options;
  bool overwrite, append; // what is there already may be replaced, or added to
  /// Set where the sink replaces what an earlier run published.
  bool &replaces;
  /// The run keeps checkpoints; set `commits` where the sink shows rows with them.
  bool checkpoints;
  bool &commits;
};

/// A sink takes whole rows as bytes, in order. One that commits keeps them aside
/// until the checkpoint that they belong to is published: prepare, persist,
/// publication, commit. Of a checkpoint that is not published nothing is
/// committed; its rows belong to the next one.
struct SinkTable {
  void *(*open)(const SinkContext &context, Error &error);
  bool (*write)(void *sink, const char *bytes, uint64_t size, Error &error);
  /// Rows of a number are complete: a terminal or a pipe may show them.
  bool (*flush)(void *sink, Error &error);
  /// The run is over and well: what was written is published.
  bool (*finish)(void *sink, Error &error);
  /// Frees the sink; what was not published is removed.
  void (*close)(void *sink);

  /// Only of a sink that commits. A run that resumes calls restore with what
  /// prepare wrote, any other begin, before the first row.
  bool (*begin)(void *sink, Error &error) = nullptr;
  bool (*restore)(void *sink, Reader &from, Error &error) = nullptr;
  /// Rows until now belong to the checkpoint that is being made. Rows may be
  /// written while another thread calls persist and commit.
  bool (*prepare)(void *sink, Writer &to, Error &error) = nullptr;
  /// What was prepared survives a crash.
  bool (*persist)(void *sink, Error &error) = nullptr;
  /// The checkpoint is published: what was prepared is to be seen.
  bool (*commit)(void *sink, Error &error) = nullptr;
};

} // namespace levada::rt

struct levada_connector {
  const char *name;
  const levada::rt::SourceTable *source; // NULL: not a source
  const levada::rt::SinkTable *sink;     // NULL: not a sink
};

#endif
