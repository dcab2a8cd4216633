//===- Sample.cpp - the first lines of a data file -------------------------===//
//
// Decompresses only as much as the sample needs, so that a terabyte behind the
// name costs nothing.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Sample.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

using namespace levada;

namespace {

using Bytes = std::string;

/// zlib's own reader: passes plain bytes through, joins gzip members.
bool readGzip(const std::string &path, size_t limit, Bytes &out, std::string &error) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) {
    error = strerror(errno);
    return false;
  }
  out.resize(limit);
  int count = gzread(file, out.data(), static_cast<unsigned>(limit));
  if (count < 0) {
    int code;
    error = gzerror(file, &code);
  }
  gzclose(file);
  out.resize(count < 0 ? 0 : count);
  return count >= 0;
}

/// Runs `step(input) -> done` over the raw bytes of the file until enough.
template <typename Step>
bool readRaw(const std::string &path, std::string &error, Step step) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(path.c_str(), "rb"), fclose);
  if (!file) {
    error = strerror(errno);
    return false;
  }
  char buffer[1 << 16];
  while (size_t count = fread(buffer, 1, sizeof buffer, file.get()))
    if (step(std::string_view(buffer, count)))
      return error.empty();
  return error.empty();
}

bool readXz(const std::string &path, size_t limit, Bytes &out, std::string &error) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) {
    error = "xz decoder does not start";
    return false;
  }
  out.resize(limit);
  stream.next_out = reinterpret_cast<uint8_t *>(out.data());
  stream.avail_out = limit;
  bool ok = readRaw(path, error, [&](std::string_view in) {
    stream.next_in = reinterpret_cast<const uint8_t *>(in.data());
    stream.avail_in = in.size();
    lzma_ret result = lzma_code(&stream, LZMA_RUN);
    if (result != LZMA_OK && result != LZMA_STREAM_END)
      error = fmt::format("damaged xz data (code {})", int(result));
    return result != LZMA_OK || stream.avail_out == 0;
  });
  out.resize(limit - stream.avail_out);
  lzma_end(&stream);
  return ok;
}

bool readZstd(const std::string &path, size_t limit, Bytes &out, std::string &error) {
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx *)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  out.resize(limit);
  ZSTD_outBuffer to = {out.data(), limit, 0};
  bool ok = readRaw(path, error, [&](std::string_view in) {
    ZSTD_inBuffer from = {in.data(), in.size(), 0};
    while (from.pos < from.size && to.pos < to.size) {
      size_t result = ZSTD_decompressStream(context.get(), &to, &from);
      if (ZSTD_isError(result)) {
        error = ZSTD_getErrorName(result);
        return true;
      }
    }
    return to.pos == to.size;
  });
  out.resize(to.pos);
  return ok;
}

} // namespace

std::optional<std::string> infer::readSample(const std::string &path, size_t limit,
                                             std::string &error) {
  unsigned char magic[6] = {};
  bool ok = readRaw(path, error, [&](std::string_view in) {
    memcpy(magic, in.data(), std::min(in.size(), sizeof magic));
    return true;
  });
  Bytes out;
  if (ok && memcmp(magic, "\xfd" "7zXZ\0", 6) == 0)
    ok = readXz(path, limit, out, error);
  else if (ok && memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0)
    ok = readZstd(path, limit, out, error);
  else if (ok)
    ok = readGzip(path, limit, out, error);
  if (!ok)
    return std::nullopt;
  if (out.size() == limit)
    if (size_t end = out.rfind('\n'); end != Bytes::npos)
      out.resize(end + 1);
  return out;
}
