//===- manifest.cpp - what a checkpoint says of itself --------------------===//
#include "runtime/checkpoint/manifest.h"

#include "runtime/checkpoint/crc32c.h"

namespace levada::rt {
namespace {

constexpr std::string_view FIRST = "levada checkpoint ";

/// The text up to the next tab; goes behind it.
std::string_view part(std::string_view &line) {
  size_t end = line.find('\t');
  std::string_view found = line.substr(0, end);
  line.remove_prefix(end == line.npos ? line.size() : end + 1);
  return found;
}

bool read_number(std::string_view digits, uint64_t &out, int base = 10) {
  Text text(digits);
  char *end;
  out = strtoull(text.c_str(), &end, base);
  return !digits.empty() && !*end && digits[0] != '-' && digits[0] != ' ';
}

} // namespace

uint64_t Manifest::bytes() const {
  uint64_t sum = 0;
  for (const File &file : files)
    sum += file.size;
  return sum;
}

Text Manifest::print() const {
  Text text = textf("%.*s%u\nprogram\t", int(FIRST.size()), FIRST.data(), format);
  append_field(text, program);
  text.append("\nfingerprint\t").append(fingerprint.view());
  text.format("\nepoch\t%llu\nnumber\t%llu\nbase\t%llu\ncreated\t%lld\nparallelism\t%u\nrows_in\t%llu\nrows_out\t%llu\n",
              (unsigned long long)epoch, (unsigned long long)number, (unsigned long long)base,
              (long long)created, parallelism, (unsigned long long)rows_in,
              (unsigned long long)rows_out);
  state.print(text);
  for (const File &file : files) {
    text.format("file\t%llu\t%08x\t", (unsigned long long)file.size, file.crc);
    append_field(text, file.name);
    text.append('\n');
  }
  text.format("end\t%08x\n", crc32c(0, text.c_str(), text.size()));
  return text;
}

bool Manifest::parse(std::string_view text, Text &why) {
  *this = {};
  uint64_t version = 0;
  if (text.substr(0, FIRST.size()) != FIRST) {
    why = text.empty() ? "its manifest is empty" : "its manifest is none";
    return false;
  }
  size_t line_end = text.find('\n');
  if (!read_number(text.substr(FIRST.size(), line_end == text.npos ? 0 : line_end - FIRST.size()),
              version)) {
    why = "its manifest is cut off";
    return false;
  }
  if (version != format) {
    why = textf("its format is %llu, this program reads %u: it was written by %s levada",
                (unsigned long long)version, format, version > format ? "a newer" : "an older");
    return false;
  }
  size_t last = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
  uint64_t sum;
  if (text.back() != '\n' || last == text.npos || text.substr(last + 1, 4) != "end\t" ||
      !read_number(text.substr(last + 5, text.size() - last - 6), sum, 16)) {
    why = "its manifest is cut off";
    return false;
  }
  if (sum != crc32c(0, text.data(), last + 1)) {
    why = "its manifest does not have the checksum that it says";
    return false;
  }
  std::string_view rest = text.substr(line_end + 1, last - line_end);
  bool good = true;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end), word = part(line);
    rest.remove_prefix(end + 1);
    uint64_t value = 0;
    if (word == "program")
      program = state.program = take_field(line);
    else if (word == "fingerprint")
      fingerprint = Text(line);
    else if (word == "epoch")
      good &= read_number(line, epoch);
    else if (word == "number")
      good &= read_number(line, number);
    else if (word == "base")
      good &= read_number(line, base);
    else if (word == "created")
      good &= read_number(line, value), created = int64_t(value);
    else if (word == "parallelism")
      good &= read_number(line, value) && value, parallelism = uint32_t(value);
    else if (word == "rows_in")
      good &= read_number(line, rows_in);
    else if (word == "rows_out")
      good &= read_number(line, rows_out);
    else if (word == "file") {
      File file;
      uint64_t crc;
      good &= read_number(part(line), file.size);
      good &= read_number(part(line), crc, 16);
      file.crc = uint32_t(crc);
      file.name = take_field(line);
      // A file of the checkpoint's own directory and of no other.
      good &= !file.name.empty() && file.name.view().find('/') == std::string_view::npos;
      files.push_back(std::move(file));
    } else {
      state.take(word, line); // what later versions say is passed over
    }
  }
  if (!good || !epoch) {
    why = "its manifest has a line that cannot be";
    return false;
  }
  return true;
}

} // namespace levada::rt
