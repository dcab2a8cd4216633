//===- write.cpp - the thread that writes checkpoints ----------------------===//
//
// It begins with the first entries of large tables, while the workers copy more:
// what has come goes to the file, and its buffer back. When all parts are there it
// forces the files to the disk and publishes.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/tables.h"
#include "runtime/core/settings.h"
#include "runtime/exec/pending.h"
#include "runtime/exec/run.h"
#include "runtime/exec/sink.h"
#include "runtime/state/part.h"

#include <algorithm>
#include <unistd.h>

namespace levada::rt {

/// A chain of changes is no longer than this.
constexpr uint32_t LONGEST_CHAIN = 16;

//===--- what workers say ---------------------------------------------------===//

void Checkpoints::begin_writing() {
  Lock lock(mutex_);
  writing_ = true;
  Lock inner(chunks_.mutex);
  chunks_.complete = chunks_.given_up = false;
  pthread_cond_broadcast(&changed_);
}

/// All parts are.
void Checkpoints::all_there() {
  Lock lock(mutex_);
  ready_ = true;
  Lock inner(chunks_.mutex);
  chunks_.complete = true;
  chunks_.brought();
}

/// With mutex_: they will not be.
void Checkpoints::give_up() {
  Lock inner(chunks_.mutex);
  chunks_.given_up = true;
  chunks_.brought();
}

uint64_t Checkpoints::limit_memory(uint64_t share, uint32_t workers) {
  uint64_t chunks = 64; // what a disk takes while a million entries are copied
  if (share) {
    chunks = std::clamp<uint64_t>(share / workers / 16 / Chunks::size, 2, chunks);
    most_early_ = std::max<uint64_t>(share / workers / 8, 512 << 10);
  }
  chunks_.limit(uint32_t(chunks * workers));
  return workers * (chunks * Chunks::size + most_early_);
}

//===--- the thread ---------------------------------------------------------===//

void *Checkpoints::thread_main(void *arg) {
  static_cast<Checkpoints *>(arg)->write_loop();
  return nullptr;
}

void Checkpoints::write_loop() {
  const bool sound = verify();
  {
    Lock lock(mutex_);
    verified_ = sound ? SOUND : DAMAGED;
    pthread_cond_broadcast(&changed_);
  }
  for (;;) {
    {
      Lock lock(mutex_);
      while (!writing_ && !stopping_)
        pthread_cond_wait(&changed_, mutex_.native());
      if (!writing_)
        return;
    }
    Error error;
    bool made = write(*pending_, sound, error);
    pending_->made = made;
    if (!pending_->target.empty()) {
      answer(made, error);
    } else if (pending_->last) {
      pending_->error = std::move(error);
    } else if (!made && error) {
      error.help = Text("the run goes on; the next checkpoint is tried in its time");
      warn(error);
    }
    int64_t earliest = clock_ms(CLOCK_MONOTONIC) + int64_t(pause_ms_);
    if (next_at_.load(std::memory_order_relaxed) < earliest)
      next_at_.store(earliest, std::memory_order_relaxed);
    Lock lock(mutex_);
    writing_ = ready_ = false;
    busy_.store(false, std::memory_order_release);
    pthread_cond_broadcast(&changed_);
    if (every_)
      run_.event_.notify();
  }
}

bool Checkpoints::begin_files(Pending &p, Error &error) {
  p.begun = p.begun || store_.begin(p.epoch, p.target.empty() ? nullptr : p.target.c_str(), error);
  return p.begun;
}

/// Writes entries of tables until all parts are there, or no more come: false. Where
/// it cannot (!good) they are thrown away.
bool Checkpoints::stream(Pending &p, std::vector<TablesFile> &tables, bool &good, Error &error) {
  // The last one is read again soon.
  const bool direct = !p.last && p.target.empty();
  for (;;) {
    bool some = false;
    for (uint32_t w = 0; w < tables.size(); ++w) {
      {
        Lock lock(chunks_.mutex);
        if (!tables[w].waits())
          continue;
      }
      some = true;
      good = good && begin_files(p, error);
      if (good && !streams_[w].is_open())
        store_.open(tables_name(w).text, streams_[w], direct);
      tables[w].write(good ? &streams_[w] : nullptr);
    }
    if (some)
      continue;
    Lock lock(chunks_.mutex);
    bool waits = false;
    for (TablesFile &file : tables)
      waits |= file.waits();
    if (waits)
      continue;
    if (chunks_.complete || chunks_.given_up)
      return chunks_.complete;
    chunks_.wait();
  }
}

bool Checkpoints::write(Pending &p, bool wanted, Error &error) {
  // Whatever goes wrong, what the slots forgot as saved must be saved again.
  full_next_ = true;
  std::vector<TablesFile> tables;
  tables.reserve(p.workers.size());
  for (Parts &parts : p.workers)
    tables.emplace_back(parts);
  bool good = wanted;
  if (!streams_)
    streams_.reset(new FileStream[run_.topology.workers]);
  if (!stream(p, tables, good, error))
    good = false;
  else if (wanted && p.failed)
    error = std::move(p.error);
  good = good && !p.failed && finish(p, tables, error);
  for (uint32_t w = 0; w < tables.size(); ++w)
    streams_[w].drop();
  if (!good)
    store_.abandon();
  return good;
}

/// All parts are there.
bool Checkpoints::finish(Pending &p, std::vector<TablesFile> &tables, Error &error) {
  const levada_program *program = run_.program;
  const Text &target = p.target;
  for (auto &sink : run_.sinks_)
    if (!sink->persist(error))
      return false;
  if (!begin_files(p, error))
    return false;
  p.full = std::none_of(p.workers.begin(), p.workers.end(),
                        [](const Parts &parts) { return parts.delta; });
  Manifest manifest;
  manifest.program = Text(program->name);
  manifest.fingerprint = Text(program->fingerprint);
  manifest.epoch = p.epoch;
  manifest.number = p.barrier + 1;
  manifest.base = p.full ? 0 : last().epoch;
  manifest.created = p.created;
  manifest.parallelism = run_.topology.workers;
  manifest.rows_in = p.rows_in.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < program->source_count; ++i) {
    const levada_source_desc &source = program->sources[i];
    manifest.rows_in += run_.counters_[uint64_t(source.op) * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  }
  manifest.rows_out = p.rows_out;
  manifest.state = state_;
  Writer run;
  run.bytes(p.sources.data(), p.sources.size());
  run.bytes(p.choice.data(), p.choice.size());
  run.bytes(p.sinks.data(), p.sinks.size());
  // What was counted before this run began.
  Writer before;
  save_counters(program, p.counters.empty() ? run_.counters_ : p.counters, before);
  run.bytes(before.data(), before.size());
  if (!store_.write("run", run.view(), error))
    return false;
  uint64_t linked = 0;
  for (Parts &parts : p.workers) {
    parts.settle();
    for (const StoredFile *file : parts.files()) {
      linked += file->size;
      if (!store_.link(spill_link(file).text, file->path, file->fd, file->size, file->crc, error))
        return false;
    }
  }
  for (uint32_t w = 0; w < p.workers.size(); ++w) {
    if (streams_[w].is_open()) {
      if (!store_.finish(tables_name(w).text, streams_[w], error))
        return false;
      tables[w].settle(streams_[w]);
    }
    if (!store_.write(textf("state-%u", w).c_str(), p.workers[w].views(), error))
      return false;
  }
  if (!store_.publish(manifest, error))
    return false;
  if (!target.empty())
    return true;
  {
    Lock lock(mutex_);
    last_ = {manifest.epoch, manifest.number, manifest.created};
  }
  if (!commit(error))
    return false;
  if (p.full) {
    full_bytes_ = manifest.bytes() - linked;
    delta_bytes_ = deltas_ = 0;
  } else {
    delta_bytes_ += manifest.bytes() - linked;
    ++deltas_;
  }
  full_next_ = deltas_ + 1 >= LONGEST_CHAIN || delta_bytes_ * 2 > full_bytes_;
  store_.retain(keep_);
  return true;
}

bool Checkpoints::commit(Error &error) {
  for (auto &sink : run_.sinks_)
    if (!sink->commit(error))
      return false;
  run_.allowance.end();
  return true;
}

Checkpoints::Last Checkpoints::last() const {
  Lock lock(mutex_);
  return last_;
}

void Checkpoints::warn(const Error &error) const {
  Text text = render(error, "warning", run_.settings.json);
  (void)!::write(2, text.c_str(), text.size());
}

} // namespace levada::rt
