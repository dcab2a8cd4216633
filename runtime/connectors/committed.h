//===- committed.h - files that show rows checkpoint by checkpoint --------===//
//
// The inner side of file_sink.h. With checkpoints rows go to hidden segments:
// what a segment holds is prepared with a checkpoint, forced to the disk before
// it is published, and seen after that. A crash at any place leaves what the
// checkpoint that is resumed from knows how to complete or to take back.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_COMMITTED_H
#define LEVADA_RUNTIME_CONNECTORS_COMMITTED_H

#include "runtime/connectors/connector.h"
#include "runtime/connectors/published.h"

#include <memory>

namespace levada::rt {

struct Part {
  Text hidden, name; // in the directory
};

class Committed;

struct FileSink {
  const char *name; // of the sink
  const char *header;
  Text path;      // as the user wrote it
  Text directory; // where files appear
  Text marker;
  Text extension;      // of part files: ".jsonl"
  bool direct = false; // a device or pipe: written at once
  bool one_file = false;
  bool overwrite = false, append = false;
  bool done = false;
  bool *replaces = nullptr;
  uint64_t rolling = 0, size = 0;
  uint32_t next_part = 0;
  int fd = -1, lock = -1;
  std::vector<Text> made;  // directories that were not there before
  std::vector<Part> parts; // the last one is open while fd >= 0
  Published published;     // before, then now
  Text other;              // who published there, if not this sink
  std::unique_ptr<Committed> committed; // with checkpoints, unless direct

  Text in(std::string_view name) const { return Text(directory).append('/').append(name); }
  /// Says what could not be done, by errno. Returns false.
  bool failed(const char *doing, const char *path, Error &error) const;
  /// Says that what is at `path` is not to be replaced. Returns false.
  bool refuse(const char *what, const Text &path, Error &error) const;
};

/// Looks at a directory of part files before the first one is written: what may
/// be replaced is in sink.published afterwards. Nothing is changed.
bool take_directory(FileSink &sink, Error &error);
/// Hidden parts that a crash left go, but those of these names.
void remove_leftovers(const FileSink &sink, const std::vector<Text> &hidden);
constexpr std::string_view INPROGRESS = ".inprogress";
/// The same for the one file.
bool take_file(FileSink &sink, bool exists, const struct stat &info, Error &error);

/// Called as SinkTable says.
class Committed {
public:
  explicit Committed(FileSink &sink) : sink_(sink) {}
  virtual ~Committed();
  bool begin(Error &error);
  bool restore(Reader &from, Error &error);
  bool prepare(Writer &to, Error &error);
  bool persist(Error &error);
  virtual bool commit(Error &error) = 0;
  /// The run is at its end: the next one may replace what it committed.
  bool finish(Error &error);
  bool write(const char *bytes, uint64_t size, Error &error);

protected:
  // What a file and a directory do each in its own way.
  /// Begins anew: looks at what is there.
  virtual bool take(Error &error) = 0;
  /// Hidden files that no checkpoint needs go.
  virtual void remove_leftovers() = 0;
  /// Makes `open_`, and whether it takes no more rows.
  virtual bool open_next(Error &error) = 0;
  virtual bool full() const { return false; }
  /// Before a checkpoint takes the segments there are.
  virtual bool fill(Error &error) { return true; }
  /// Beside the segments, what a checkpoint knows. False: it makes no sense.
  virtual void save(Writer &to) = 0;
  virtual bool load(Reader &from) = 0;
  /// Goes on from what was loaded.
  virtual bool resume(Error &error) = 0;
  /// The checkpoint is about to be published; the caller forces the directory.
  virtual bool announce(Error &error) { return true; }

  struct Segment {
    Text hidden; // in the directory
    Text name;   // that it gets, of a part file
    uint64_t size = 0; // bytes
    int64_t changed = 0;
    uint32_t crc = 0; // of its bytes, after those before it
    int fd = -1;
  };
  /// Makes `open_` of a hidden file of that name; `crc`: of the bytes before it.
  bool open_segment(Text hidden, Text name, uint32_t crc, Error &error);
  bool put(const char *bytes, uint64_t size, Error &error);
  /// `open_` has all its bytes: it goes to `closed_`.
  bool close_segment(Error &error);
  /// A sink's part of a checkpoint begins with where its rows are, or will be.
  void put_place(Writer &to) const;
  /// Reads that. `same`: this sink goes on there; else it begins elsewhere. False: the
  /// error says why it can do neither.
  bool take_place(Reader &from, bool &same, Error &error);
  bool senseless(Error &error) const;
  bool keep_folders(Error &error) const;
  void remove_segments(std::vector<Segment> &segments);

  FileSink &sink_;
  // The writer's side.
  Segment open_;
  std::vector<Segment> closed_;
  bool header_due_ = true;
  bool leftovers_ = false; // of crashes, to be removed before the first segment
  // Between prepare and commit, or of checkpoints that were not published.
  std::vector<Segment> sealed_;

private:
  bool lost_ = false; // bytes did not reach the disk: no later try would tell
};

std::unique_ptr<Committed> make_growing_file(FileSink &sink);
std::unique_ptr<Committed> make_part_files(FileSink &sink);

} // namespace levada::rt

#endif
