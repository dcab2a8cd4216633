//===- source.cpp - from a connector's bytes to chunks of records ---------===//
#include "runtime/exec/source.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/core/signals.h"
#include "runtime/exec/cutter.h"
#include "runtime/exec/header.h"

#include <stdlib.h>

namespace levada::rt {

void file_release(File *file) {
  if (file && file->refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete file;
}

void chunk_release(Chunk *chunk) {
  file_release(chunk->file);
  chunk->file = nullptr;
  Source *source = chunk->source;
  Lock lock(source->pool_mutex_);
  source->pool_.push_back(chunk);
}

static levada_str view_of(const Text &text) {
  levada_str s = {};
  s.len = text.size();
  if (s.len <= 12) {
    memcpy(s.inl, text.c_str(), s.len);
  } else {
    memcpy(s.prefix, text.c_str(), 4);
    s.ptr = text.c_str();
  }
  return s;
}

Source::Source(const levada_program *program, uint32_t index, const Settings &settings)
    : desc(program->sources[index]), chunk_size_(settings.chunk_bytes),
      options_(settings, "source", desc.name, desc.options, desc.option_count),
      once_(settings.once) {}

Source::~Source() {
  if (ahead_) {
    {
      Lock lock(ahead_mutex_);
      stopping_ = true;
      pthread_cond_broadcast(&ahead_changed_);
    }
    request_stop(); // it may be waiting for input
    pthread_join(thread_, nullptr);
  }
  for (Ready &ready : ready_)
    if (ready.chunk)
      chunk_release(ready.chunk);
  if (current_)
    pool_.push_back(current_);
  if (state_)
    table_->close(state_);
  file_release(file_);
  for (Chunk *chunk : pool_) {
    must_free(chunk->buffer);
    delete chunk;
  }
}

bool Source::open(Error &error) {
  table_ = desc.connector->source;
  if (!table_)
    return error.set(BAD_OPTION,
                     textf("%s: connector `%s` cannot read", desc.name, desc.connector->name));
  state_ = table_->open(options_, error);
  replays_ = state_ && (!table_->ending || table_->ending(state_) != Ending::STREAMS);
  return state_ != nullptr;
}

Chunk *Source::take_buffer(uint64_t capacity) {
  Chunk *chunk = nullptr;
  {
    Lock lock(pool_mutex_);
    if (!pool_.empty()) {
      chunk = pool_.back();
      pool_.pop_back();
    }
  }
  if (!chunk) {
    chunk = new Chunk;
    chunk->source = this;
  }
  // A buffer that grew for one long record is not kept at that size.
  if (chunk->capacity != capacity) {
    chunk->buffer = static_cast<char *>(must_realloc(chunk->buffer, capacity + spare));
    chunk->capacity = capacity;
  }
  return chunk;
}

void Source::grow() {
  current_->capacity *= 2;
  current_->buffer =
      static_cast<char *>(must_realloc(current_->buffer, current_->capacity + spare));
}

/// The stream `name` is the connector's current one.
void Source::began(Text &&name) {
  file_release(file_);
  file_ = new File;
  file_->name = std::move(name);
  file_->lines_counted =
      desc.lines || desc.on_error == LEVADA_ON_ERROR_DEAD_LETTER || !table_->count_lines;
  file_->again = !table_->ending || table_->ending(state_) != Ending::STREAMS;
  offset_ = 0;
  line_ = 1;
  begin_ = filled_ = 0;
  file_ended_ = false;
  at_start_ = true;
  header_due_ = desc.header != 0;
}

Source::Result Source::open_file(Error &error) {
  if (file_ && file_ended_ && table_->mark) {
    Stream stream;
    table_->mark(state_, stream);
    Lock lock(opened_mutex_);
    stream.name = std::move(opened_.back().name);
    opened_.back() = std::move(stream);
  }
  Text name;
  int status = table_->next(state_, name, error);
  if (status == STOPPED)
    return STOP;
  if (status < 0)
    return FAILED;
  if (status == 0)
    return once_ && last_stays_open() ? PAUSED : END;
  ++file_number_;
  {
    Lock lock(opened_mutex_);
    opened_.push_back({name, 0});
  }
  began(std::move(name));
  if (!rest_.empty()) {
    current_ = take_buffer((rest_.size() / chunk_size_ + 1) * chunk_size_);
    memcpy(current_->buffer, rest_.c_str(), rest_.size());
    filled_ = rest_.size();
    rest_.clear();
  }
  return CHUNK;
}

/// Whether more may come, in this stream or in others.
bool Source::last_stays_open() const {
  return table_->ending && table_->ending(state_) != Ending::LAST;
}

static Cut cut_of(const levada_source_desc &desc) {
  return {desc.cut == LEVADA_CUT_CSV, desc.quote, desc.delimiter, desc.escape};
}

/// Reads until the buffer is full, the file ends, or a live stream pauses
/// behind a whole record.
Source::Result Source::fill(Error &error) {
  pausing_ = false;
  while (filled_ < current_->capacity && !file_ended_) {
    if (table_->ready && filled_ > begin_ && !header_due_ && !table_->ready(state_) &&
        last_record_end(cut_of(desc), current_->buffer + begin_, filled_ - begin_)) {
      pausing_ = true;
      break;
    }
    int64_t got =
        table_->read(state_, current_->buffer + filled_, current_->capacity - filled_, error);
    if (got == STOPPED)
      return STOP;
    if (got < 0)
      return FAILED;
    if (got == 0)
      file_ended_ = true;
    filled_ += got;
    if (header_due_ && table_->ready &&
        first_record_end(cut_of(desc), current_->buffer + begin_, filled_ - begin_))
      break; // a live stream's header; its rows come with the next fill
  }
  return CHUNK;
}

/// The first record names the columns, or is left out.
Source::Result Source::read_header(Error &error) {
  const char *data = current_->buffer + begin_;
  uint64_t end = first_record_end(cut_of(desc), data, filled_ - begin_);
  if (!end) {
    if (!file_ended_ || part_stays_)
      return STOP; // grow and come again
    end = filled_ - begin_;
  }
  header_due_ = false;
  if (desc.header == 1 && end &&
      !map_columns(desc, file_->name.c_str(), data, end, file_->column_map, file_->field_count,
                   error))
    return FAILED;
  line_ += count_newlines(data, end);
  begin_ += end;
  return CHUNK;
}

Source::Result Source::cut(Chunk *&out, Error &error) {
  for (;;) {
    if (idle_)
      return PAUSED;
    if (stop_requested())
      return STOP;
    if (!file_ || (file_ended_ && filled_ == begin_)) {
      Result result = open_file(error);
      if (result != CHUNK)
        return result;
    }
    if (!current_)
      current_ = take_buffer(chunk_size_);
    Result result = fill(error);
    if (result != CHUNK)
      return result;
    if (at_start_ && (filled_ >= 3 || file_ended_)) {
      at_start_ = false;
      if (filled_ >= 3 && memcmp(current_->buffer, "\xEF\xBB\xBF", 3) == 0)
        begin_ = 3; // a byte order mark
    }
    // A last line without its end may get more, where no other file follows.
    part_stays_ = file_ended_ && once_ && table_->ending &&
                  table_->ending(state_) == Ending::BYTES && !(table_->more && table_->more(state_));
    if (header_due_) {
      result = read_header(error);
      if (result == FAILED)
        return FAILED;
      if (result == STOP && part_stays_)
        return PAUSED;
      if (result == CHUNK && !pausing_ && filled_ < current_->capacity && !file_ended_)
        continue; // a live stream: now its rows
    }
    if (begin_ == filled_ && file_ended_)
      continue;
    uint64_t size = filled_ - begin_, end = size;
    if (!file_ended_ || part_stays_)
      end = header_due_ ? 0 : last_record_end(cut_of(desc), current_->buffer + begin_, size);
    if (!end && part_stays_)
      return PAUSED;
    if (!end) {
      if (filled_ < current_->capacity)
        continue;
      if (current_->capacity >= record_limit) {
        error.set(RECORD_TOO_LONG, textf("%s: a record is longer than 256 MB", desc.name),
                  desc.cut == LEVADA_CUT_CSV ? "look for a quote that is never closed" : "");
        error.place = textf("%s, from byte %llu", file_->name.c_str(),
                            (unsigned long long)(offset_ + begin_));
        return FAILED;
      }
      grow();
      continue;
    }

    Chunk *chunk = current_;
    if (offset_ == 0 && !file_->head_size) {
      file_->head_size = begin_ + end < NEAR ? begin_ + end : NEAR;
      file_->head_crc = crc32c(0, chunk->buffer, file_->head_size);
    }
    uint64_t tail = size - end;
    current_ = nullptr;
    const char *rest = chunk->buffer + begin_ + end;
    if (tail) {
      // As large as it would have grown had it begun here, as after a restart.
      uint64_t capacity = chunk_size_;
      while (capacity <= tail)
        capacity *= 2;
      current_ = take_buffer(capacity);
      memcpy(current_->buffer, rest, tail);
    }
    levada_chunk &abi = chunk->abi;
    abi = {};
    abi.data = chunk->buffer + begin_;
    abi.size = end;
    abi.byte_offset = offset_ + begin_;
    abi.file = view_of(file_->name);
    abi.column_map = file_->column_map.empty() ? nullptr : file_->column_map.data();
    abi.field_count = file_->field_count;
    if (file_->lines_counted) {
      abi.line = line_;
      line_ += count_newlines(abi.data, end);
    }
    if (abi.data[end - 1] != '\n')
      chunk->buffer[begin_ + abi.size++] = '\n';
    file_->refs.fetch_add(1, std::memory_order_relaxed);
    chunk->file = file_;
    offset_ += begin_ + end;
    begin_ = 0;
    filled_ = tail;
    chunk->file_number = file_number_;
    chunk->next_line = line_;
    out = chunk;
    return CHUNK;
  }
}

Source::Result Source::next(Chunk *&chunk, Error &error) {
  Result result = take(chunk, error);
  if (result == CHUNK) {
    // A last line without its end counts the newline that was added to it.
    const levada_chunk &abi = chunk->abi;
    Lock lock(where_mutex_);
    if (where_file_ != chunk->file_number)
      where_name_ = chunk->file->name;
    where_file_ = chunk->file_number;
    where_offset_ = abi.byte_offset + abi.size;
    position_.file_number = chunk->file_number;
    position_.offset = abi.byte_offset + abi.size;
    position_.line = chunk->next_line;
    position_.end_size = 0;
    position_.whole = false;
    position_.head_size = chunk->file->head_size;
    position_.head_crc = chunk->file->head_crc;
    position_.tail_size = abi.size < NEAR ? abi.size : NEAR;
    position_.tail_crc =
        crc32c(0, abi.data + abi.size - position_.tail_size, position_.tail_size);
    position_.again = chunk->file->again;
  } else if (result == PAUSED && !idle_) { // nobody cuts any more
    Stream end;
    if (table_->mark && file_)
      table_->mark(state_, end);
    position_.end_size = end.size;
    position_.end_changed = end.changed;
    position_.end_crc = end.crc;
  }
  cut_off_ = result == STOP;
  return result;
}

Source::Result Source::take(Chunk *&chunk, Error &error) {
  if (!ahead_)
    return cut(chunk, error);
  Lock lock(ahead_mutex_);
  if (ready_.empty())
    return WAIT;
  Ready ready = std::move(ready_.front());
  ready_.pop_front();
  pthread_cond_broadcast(&ahead_changed_);
  chunk = ready.chunk;
  error = std::move(ready.error);
  return ready.result;
}

void Source::start_ahead(Event &event) {
  if (!table_->ahead || !table_->ahead(state_))
    return;
  event_ = &event;
  ahead_ = pthread_create(&thread_, nullptr, ahead_main, this) == 0;
}

void *Source::ahead_main(void *arg) {
  auto *self = static_cast<Source *>(arg);
  for (;;) {
    Ready ready{FAILED, nullptr, {}};
    ready.result = self->cut(ready.chunk, ready.error);
    if (ready.result == STOP && !stop_requested())
      continue; // interrupted: who waits for this thread is awake
    bool more = ready.result == CHUNK;
    {
      Lock lock(self->ahead_mutex_);
      while (self->ready_.size() >= 2 && !self->stopping_)
        pthread_cond_wait(&self->ahead_changed_, self->ahead_mutex_.native());
      more &= !self->stopping_;
      self->ready_.push_back(std::move(ready));
    }
    self->event_->notify();
    if (!more)
      return nullptr;
  }
}

Text Source::where() const {
  Lock lock(where_mutex_);
  if (!where_file_)
    return position_.file_number ? "where the checkpoint left it" : "nothing read yet";
  return textf("byte %llu of `%s`%s", (unsigned long long)where_offset_, where_name_.c_str(),
               where_file_ > 1 ? textf(", file %llu", (unsigned long long)where_file_).c_str() : "");
}

uint64_t Source::line_of(const char *file, uint64_t offset) const {
  uint64_t lines = 0;
  if (!table_->count_lines || !table_->count_lines(file, offset, lines))
    return 0;
  return lines + 1;
}

} // namespace levada::rt
