//===- decompress.cpp - files that may be compressed ----------------------===//
#include "runtime/connectors/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace levada::rt {

constexpr uint64_t INPUT = 256 << 10;

bool FileReader::open(const char *who, const char *path, Error &error) {
  who_ = who;
  path_ = Text(path);
  fd_ = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd_ < 0)
    return error.set(UNREADABLE_INPUT,
                     textf("%s: cannot open `%s`: %s", who, path, strerror(errno)));
  struct stat info;
  if (fstat(fd_, &info) == 0 && S_ISDIR(info.st_mode))
    return error.set(UNREADABLE_INPUT, textf("%s: `%s` is a directory", who, path));
  posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  char magic[6];
  int64_t got = pread(fd_, magic, sizeof magic, 0); // pipes cannot; they stay plain
  auto begins = [&](const char *with, int64_t size) {
    return got >= size && memcmp(magic, with, size) == 0;
  };
  kind_ = begins("\x1F\x8B", 2)           ? GZIP
          : begins("\x28\xB5\x2F\xFD", 4) ? ZSTD
          : begins("\xFD"
                   "7zXZ\0",
                   6)
              ? XZ
              : PLAIN;
  if (kind_ != PLAIN)
    input_ = static_cast<char *>(must_alloc(INPUT));
  return true;
}

void FileReader::close() {
  if (decoder_ && kind_ == GZIP) {
    inflateEnd(static_cast<z_stream *>(decoder_));
    delete static_cast<z_stream *>(decoder_);
  } else if (decoder_ && kind_ == ZSTD) {
    ZSTD_freeDStream(static_cast<ZSTD_DStream *>(decoder_));
  } else if (decoder_ && kind_ == XZ) {
    lzma_end(static_cast<lzma_stream *>(decoder_));
    delete static_cast<lzma_stream *>(decoder_);
  }
  decoder_ = nullptr;
  must_free(input_);
  input_ = nullptr;
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
  kind_ = PLAIN;
  at_ = have_ = position_ = decoded_ = 0;
  ended_ = inside_ = cut_off_ = false;
}

int64_t FileReader::plain(char *to, uint64_t size, Error &error) {
  for (;;) {
    int64_t got = ::read(fd_, to, size);
    if (got >= 0)
      return got;
    if (errno == EINTR)
      continue;
    error.set(UNREADABLE_INPUT,
              textf("%s: cannot read `%s`: %s", who_, path_.c_str(), strerror(errno)));
    return -1;
  }
}

int64_t FileReader::damaged(const char *what, Error &error) {
  static const char *const names[] = {"", "gzip", "zstd", "xz"};
  error.set(CORRUPT_INPUT,
            textf("%s: `%s` is a damaged %s file: %s", who_, path_.c_str(), names[kind_], what));
  error.place = textf("%s, near compressed byte %llu", path_.c_str(),
                      (unsigned long long)(position_ - have_ + at_));
  return -1;
}

int64_t FileReader::too_short(Error &error) {
  cut_off_ = true;
  damaged("it ends too early", error);
  error.help = Text("if it is still being written, write it under another name and rename it when it "
                    "is whole");
  return -1;
}

bool FileReader::refill(Error &error) {
  if (at_ < have_ || ended_)
    return true;
  int64_t got = plain(input_, INPUT, error);
  if (got < 0)
    return false;
  at_ = 0;
  have_ = got;
  position_ += got;
  ended_ = got == 0;
  return true;
}

/// A stream begins at the next byte.
bool FileReader::begin(Error &error) {
  inside_ = true;
  if (kind_ == GZIP) {
    if (decoder_)
      return inflateReset(static_cast<z_stream *>(decoder_)) == Z_OK;
    auto *z = new z_stream();
    decoder_ = z;
    if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK)
      return damaged("no memory", error) == 0;
  } else if (kind_ == ZSTD) {
    if (!decoder_)
      decoder_ = ZSTD_createDStream();
    ZSTD_initDStream(static_cast<ZSTD_DStream *>(decoder_));
  } else if (!decoder_) {
    auto *x = new lzma_stream();
    *x = LZMA_STREAM_INIT;
    decoder_ = x;
    if (lzma_stream_decoder(x, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK)
      return damaged("no memory", error) == 0;
  }
  return true;
}

int64_t FileReader::decode(char *to, uint64_t size, Error &error) {
  if (kind_ == PLAIN)
    return plain(to, size, error);
  for (;;) {
    if (!refill(error))
      return -1;
    if (!inside_) {
      if (at_ == have_ && ended_)
        return 0;
      if (position_ != have_ && kind_ == GZIP && (unsigned char)input_[at_] == 0) {
        ++at_; // padding behind the last member, as tape archives have it
        continue;
      }
      if (!begin(error))
        return -1;
    }
    uint64_t made = 0;
    if (kind_ == GZIP) {
      auto *z = static_cast<z_stream *>(decoder_);
      z->next_in = reinterpret_cast<Bytef *>(input_ + at_);
      z->avail_in = have_ - at_;
      z->next_out = reinterpret_cast<Bytef *>(to);
      z->avail_out = size > (1u << 30) ? 1u << 30 : size;
      uint64_t room = z->avail_out;
      int status = inflate(z, Z_NO_FLUSH);
      at_ = have_ - z->avail_in;
      made = room - z->avail_out;
      if (status == Z_STREAM_END)
        inside_ = false;
      else if (status != Z_OK && status != Z_BUF_ERROR)
        return damaged(z->msg ? z->msg : "bad data", error);
    } else if (kind_ == ZSTD) {
      ZSTD_inBuffer in{input_, have_, at_};
      ZSTD_outBuffer out{to, size, 0};
      size_t status = ZSTD_decompressStream(static_cast<ZSTD_DStream *>(decoder_), &out, &in);
      at_ = in.pos;
      made = out.pos;
      if (ZSTD_isError(status))
        return damaged(ZSTD_getErrorName(status), error);
      inside_ = status != 0;
    } else {
      auto *x = static_cast<lzma_stream *>(decoder_);
      x->next_in = reinterpret_cast<uint8_t *>(input_ + at_);
      x->avail_in = have_ - at_;
      x->next_out = reinterpret_cast<uint8_t *>(to);
      x->avail_out = size;
      lzma_ret status = lzma_code(x, ended_ ? LZMA_FINISH : LZMA_RUN);
      at_ = have_ - x->avail_in;
      made = size - x->avail_out;
      if (status == LZMA_STREAM_END)
        inside_ = false;
      else if (status == LZMA_BUF_ERROR && ended_)
        return made ? int64_t(made) : too_short(error);
      else if (status != LZMA_OK && status != LZMA_BUF_ERROR)
        return damaged(status == LZMA_DATA_ERROR ? "bad data" : "not a stream it can decode",
                       error);
    }
    if (made)
      return made;
    if (inside_ && ended_ && at_ == have_)
      return too_short(error);
    if (kind_ == XZ && !inside_)
      return 0;
  }
}

int64_t FileReader::read(char *to, uint64_t size, Error &error) {
  int64_t got = decode(to, size, error);
  decoded_ += got > 0 ? got : 0;
  return got;
}

bool FileReader::regular() const {
  struct stat info;
  return fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
}

uint64_t FileReader::stored() const {
  struct stat info;
  return fstat(fd_, &info) == 0 ? uint64_t(info.st_size) : 0;
}

int FileReader::seek(uint64_t offset, Error &error) {
  if (kind_ == PLAIN) {
    if (offset > stored())
      return 0;
    if (lseek(fd_, offset, SEEK_SET) < 0) {
      error.set(UNREADABLE_INPUT,
                textf("%s: cannot go to byte %llu of `%s`: %s", who_, (unsigned long long)offset,
                      path_.c_str(), strerror(errno)));
      return -1;
    }
    decoded_ = offset;
    return 1;
  }
  if (offset < decoded_) {
    Text path = path_;
    close();
    if (!open(who_, path.c_str(), error))
      return -1;
  }
  Buffer buffer;
  char *bytes = buffer.get(256 << 10);
  while (decoded_ < offset) {
    uint64_t left = offset - decoded_;
    int64_t got = read(bytes, left < (256 << 10) ? left : 256 << 10, error);
    if (got <= 0)
      return got;
  }
  return 1;
}

} // namespace levada::rt
