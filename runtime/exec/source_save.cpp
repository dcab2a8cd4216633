//===- source_save.cpp - where a source goes on ---------------------------===//
//
// A position is the file that was being read, with those read before it, and the
// offset behind the last chunk that was handed out. A file is told by its name,
// its first bytes and those before the offset; it may have grown. A file that was
// read to its end may be gone; if it is there, it is as it was. A pipe has no
// position: what comes is what follows.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/crc32c.h"
#include "runtime/exec/source.h"

namespace levada::rt {

/// Names begin as the one before them does.
static void save_streams(const std::vector<Stream> &streams, uint64_t count, Writer &to) {
  to.value(uint32_t(count));
  std::string_view before;
  for (uint64_t i = 0; i < count; ++i) {
    std::string_view name = streams[i].name;
    uint32_t same = 0;
    while (same < name.size() && same < before.size() && name[same] == before[same])
      ++same;
    to.value(same);
    to.text(name.substr(same));
    to.value(streams[i].size);
    to.value(streams[i].changed);
    to.value(streams[i].crc);
    before = name;
  }
}

static bool load_streams(Reader &from, std::vector<Stream> &streams) {
  uint32_t count;
  if (!from.value(count))
    return false;
  for (; count; --count) {
    uint32_t same;
    std::string_view rest;
    Stream stream;
    if (!from.value(same) || !from.text(rest) || !from.value(stream.size) ||
        !from.value(stream.changed) || !from.value(stream.crc) || same > (streams.empty() ? 0 : streams.back().name.size()))
      return false;
    if (same)
      stream.name = Text(streams.back().name.view().substr(0, same));
    stream.name.append(rest);
    streams.push_back(std::move(stream));
  }
  return true;
}

void Source::save(Writer &to) {
  if (position_.again && table_->at_end) {
    Lock lock(opened_mutex_);
    const Stream &stream = opened_[position_.file_number - 1];
    int end = table_->at_end(state_, stream.name, position_.offset);
    position_.whole = end < 0 ? position_.whole : end;
  }
  to.value(position_);
  {
    Lock lock(opened_mutex_);
    save_streams(opened_, position_.file_number, to);
  }
  // Stopped in the middle of a pipe's record: nobody cuts any more, and whoever
  // writes goes on with it. With a header each run's input is one of its own.
  bool rest = cut_off_ && current_ && file_ && !file_->again && !desc.header;
  to.text(rest ? std::string_view(current_->buffer + begin_, filled_ - begin_)
               : std::string_view());
}

bool Source::changed(const char *how, Error &error) const {
  return error.set(INPUT_CHANGED, textf("%s: `%s` %s", desc.name, file_->name.c_str(), how),
                   "put it back as it was; --restore none begins anew");
}

/// The next `size` bytes are those that were there. The newline that was added to
/// a last line counts as one.
bool Source::check(uint32_t size, uint32_t crc, Error &error) {
  Buffer buffer;
  char *bytes = buffer.get(size + 1);
  uint32_t have = 0;
  while (have < size) {
    int64_t got = table_->read(state_, bytes + have, size - have, error);
    if (got < 0)
      return false;
    if (got == 0)
      break;
    have += got;
  }
  if (have + 1 == size)
    bytes[have++] = '\n';
  if (have < size)
    return changed("is shorter than at the checkpoint", error);
  return crc32c(0, bytes, size) == crc ||
         changed("does not hold the bytes that were read before the checkpoint", error);
}

/// The file of the position, at its offset, with its columns known.
bool Source::open_again(Error &error) {
  Stream &last = opened_.back();
  last.size = position_.end_size;
  last.changed = position_.end_changed;
  last.crc = position_.end_crc;
  int there = table_->resume(state_, opened_, position_.whole, error);
  if (there < 0)
    return false;
  if (!there) { // what follows is in other files
    idle_ = once_ && !(table_->more && table_->more(state_));
    return true;
  }
  began(Text(last.name));
  if (!file_->again)
    return changed("was a file at the checkpoint, and is none now", error);
  file_->head_size = position_.head_size;
  file_->head_crc = position_.head_crc;
  idle_ = once_ && position_.end_size && table_->unchanged && table_->unchanged(state_, last) &&
          !(table_->more && table_->more(state_));
  if (idle_ && table_->ahead && table_->ahead(state_))
    return true; // compressed: not decoded again for nothing
  there = table_->seek(state_, 0, error);
  if (there < 0 || !check(position_.head_size, position_.head_crc, error))
    return false;
  if (desc.header == 1) { // names the columns
    if (table_->seek(state_, 0, error) < 0)
      return false;
    current_ = take_buffer(chunk_size_);
    Result result = STOP;
    while (result == STOP) {
      if (fill(error) != CHUNK)
        return false;
      if (filled_ >= 3 && memcmp(current_->buffer, "\xEF\xBB\xBF", 3) == 0)
        begin_ = 3;
      result = read_header(error);
      if (result == STOP)
        grow();
    }
    if (result == FAILED)
      return false;
  }
  there = table_->seek(state_, position_.offset - position_.tail_size, error);
  if (there == 0)
    changed("is shorter than at the checkpoint", error);
  if (there != 1 || !check(position_.tail_size, position_.tail_crc, error))
    return false;
  if (current_)
    pool_.push_back(current_);
  current_ = take_buffer(chunk_size_);
  begin_ = filled_ = 0;
  offset_ = position_.offset;
  line_ = position_.line;
  file_ended_ = at_start_ = header_due_ = false;
  return true;
}

bool Source::nothing_new(Reader from) const {
  Position position;
  std::vector<Stream> opened;
  if (!from.value(position) || !load_streams(from, opened) || !position.again ||
      !position.end_size || opened.size() != position.file_number || opened.empty() || !table_->same)
    return false;
  opened.back().size = position.end_size;
  opened.back().changed = position.end_changed;
  opened.back().crc = position.end_crc;
  return table_->same(state_, opened, position.whole);
}

bool Source::restore(Reader &from, Error &error) {
  std::string_view rest;
  if (!from.value(position_) || !load_streams(from, opened_) || !from.text(rest) ||
      opened_.size() != position_.file_number)
    return false;
  file_number_ = position_.file_number;
  if (!file_number_ || !position_.again) {
    rest_ = Text(rest);
    return true;
  }
  if (!table_->resume)
    return error.set(NO_CHECKPOINT, textf("%s: connector `%s` cannot go back to where it was",
                                          desc.name, desc.connector->name));
  return open_again(error);
}

} // namespace levada::rt
