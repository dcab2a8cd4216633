//===- Sample.cpp - the first bytes of data, decoded -----------------------===//
//
// Decompresses only as much as is asked for, so that a terabyte behind the
// name costs nothing. Streams that follow each other are one text.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Sample.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#include <lzma.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

using namespace levada::infer;

/// One kind of compression. `run` takes of `in` and gives to `out`, and cuts
/// both; false: the data is damaged.
struct SampleReader::Codec {
  virtual ~Codec() = default;
  virtual bool run(std::string_view &in, char *&out, size_t &room, std::string &error) = 0;
};

namespace {

struct Gzip : SampleReader::Codec {
  z_stream stream{};
  bool done = false;
  Gzip() { inflateInit2(&stream, 15 + 16); }
  ~Gzip() override { inflateEnd(&stream); }
  bool run(std::string_view &in, char *&out, size_t &room, std::string &error) override {
    if (done)
      inflateReset(&stream);
    done = false;
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(in.data()));
    stream.avail_in = in.size();
    stream.next_out = reinterpret_cast<Bytef *>(out);
    stream.avail_out = room;
    int result = inflate(&stream, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream.avail_in);
    out += room - stream.avail_out;
    room = stream.avail_out;
    done = result == Z_STREAM_END;
    if (result != Z_OK && !done && result != Z_BUF_ERROR)
      error = stream.msg ? fmt::format("damaged gzip data: {}", stream.msg) : "damaged gzip data";
    return error.empty();
  }
};

struct Xz : SampleReader::Codec {
  lzma_stream stream = LZMA_STREAM_INIT;
  Xz() { (void)!lzma_stream_decoder(&stream, UINT64_MAX, LZMA_CONCATENATED); }
  ~Xz() override { lzma_end(&stream); }
  bool run(std::string_view &in, char *&out, size_t &room, std::string &error) override {
    stream.next_in = reinterpret_cast<const uint8_t *>(in.data());
    stream.avail_in = in.size();
    stream.next_out = reinterpret_cast<uint8_t *>(out);
    stream.avail_out = room;
    lzma_ret result = lzma_code(&stream, LZMA_RUN);
    in.remove_prefix(in.size() - stream.avail_in);
    out += room - stream.avail_out;
    room = stream.avail_out;
    if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR)
      error = fmt::format("damaged xz data (code {})", int(result));
    return error.empty();
  }
};

struct Zstd : SampleReader::Codec {
  ZSTD_DCtx *context = ZSTD_createDCtx();
  ~Zstd() override { ZSTD_freeDCtx(context); }
  bool run(std::string_view &in, char *&out, size_t &room, std::string &error) override {
    ZSTD_inBuffer from = {in.data(), in.size(), 0};
    ZSTD_outBuffer to = {out, room, 0};
    size_t result = ZSTD_decompressStream(context, &to, &from);
    in.remove_prefix(from.pos);
    out += to.pos;
    room -= to.pos;
    if (ZSTD_isError(result))
      error = fmt::format("damaged zstd data: {}", ZSTD_getErrorName(result));
    return error.empty();
  }
};

std::unique_ptr<SampleReader::Codec> codecOf(std::string_view raw) {
  using namespace std::string_view_literals;
  if (raw.starts_with("\x1f\x8b"sv))
    return std::make_unique<Gzip>();
  if (raw.starts_with("\xfd" "7zXZ\0"sv))
    return std::make_unique<Xz>();
  if (raw.starts_with("\x28\xb5\x2f\xfd"sv))
    return std::make_unique<Zstd>();
  return nullptr;
}

/// A file, closed with the last reader.
struct File {
  int fd;
  explicit File(int fd) : fd(fd) {}
  ~File() { close(fd); }
};

} // namespace

std::unique_ptr<SampleReader> SampleReader::open(const std::string &path, std::string &error) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) {
    error = strerror(errno);
    return nullptr;
  }
  auto file = std::make_shared<File>(fd);
  if (S_ISDIR(info.st_mode)) {
    error = strerror(EISDIR);
    return nullptr;
  }
  return std::make_unique<SampleReader>(
      [file](char *to, size_t size) -> long { return ::read(file->fd, to, size); });
}

SampleReader::SampleReader(Bytes bytes) : bytes(std::move(bytes)) {}
SampleReader::~SampleReader() = default;

bool SampleReader::fill(std::string &error) {
  raw.erase(0, at);
  at = 0;
  size_t had = raw.size();
  raw.resize(had + (64 << 10));
  long count;
  do
    count = bytes(raw.data() + had, raw.size() - had);
  while (count < 0 && errno == EINTR);
  if (count < 0)
    error = strerror(errno);
  raw.resize(had + std::max(count, 0l));
  rawEnded = count <= 0;
  return count >= 0;
}

/// Appends at most `room` bytes, perhaps none yet.
bool SampleReader::step(size_t room, std::string &out, std::string &error) {
  if (!begun) {
    begun = true;
    while (raw.size() < 6 && !rawEnded)
      if (!fill(error))
        return false;
    codec = codecOf(raw);
  }
  if (at == raw.size() && !rawEnded && !fill(error))
    return false;
  if (at == raw.size() && rawEnded) {
    atEnd = true;
    return true;
  }
  size_t had = out.size();
  if (!codec) {
    room = std::min(room, raw.size() - at);
    out.append(raw, at, room);
    at += room;
    return true;
  }
  room = std::min(room, size_t(1) << 20);
  out.resize(had + room);
  char *to = out.data() + had;
  std::string_view in(raw.data() + at, raw.size() - at);
  size_t before = in.size(), roomBefore = room;
  bool ok = codec->run(in, to, room, error);
  at += before - in.size();
  out.resize(out.size() - room);
  if (ok && before == in.size() && roomBefore == room) { // it wants more than is there
    if (rawEnded)
      atEnd = true;
    else
      ok = fill(error);
  }
  return ok;
}

bool SampleReader::read(size_t size, std::string &out, std::string &error) {
  while (out.size() < size && !atEnd)
    if (!step(size - out.size(), out, error))
      return false;
  // Is there more? Then the sample is not all.
  if (at == raw.size() && !rawEnded && !fill(error))
    return false;
  atEnd |= at == raw.size() && rawEnded;
  return true;
}

bool SampleReader::next(std::string &out, std::string &error) {
  out.clear();
  while (out.empty() && !atEnd)
    if (!step(size_t(1) << 20, out, error))
      return false;
  return true;
}

std::optional<std::string> levada::infer::readSample(const std::string &path, size_t limit,
                                                     std::string &error) {
  std::unique_ptr<SampleReader> reader = SampleReader::open(path, error);
  std::string out;
  if (!reader || !reader->read(limit, out, error))
    return std::nullopt;
  if (!reader->ended())
    if (size_t end = out.rfind('\n'); end != std::string::npos)
      out.resize(end + 1);
  return out;
}
