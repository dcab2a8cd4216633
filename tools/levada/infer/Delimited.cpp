//===- Delimited.cpp - CSV, TSV and their kin ------------------------------===//
//
// Records are cut as the csv format cuts them: quotes count at the begin of a
// field, and line ends in them belong to it. The delimiter is the one that
// gives most records one number of fields. The first record is a header when
// it holds names where the others hold values.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Formats.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <array>
#include <map>
#include <set>

using namespace levada::infer;
using llvm::StringRef;

namespace {

using Record = std::vector<std::string>;

/// Cuts records off a text.
class Records {
public:
  Records(StringRef text, char delimiter) : text(text), delimiter(delimiter) {}
  /// False at the end, or where a quote is not closed before it.
  bool next(Record &fields) {
    while (!text.empty() && (text[0] == '\n' || text.starts_with("\r\n")))
      text = text.drop_front(text[0] == '\n' ? 1 : 2);
    if (text.empty())
      return false;
    for (size_t count = 1;; ++count) {
      if (fields.size() < count)
        fields.emplace_back();
      std::string &field = fields[count - 1]; // its memory is used again
      field.clear();
      if (text.consume_front("\"")) {
        for (;;) {
          size_t quote = text.find('"');
          if (quote == StringRef::npos)
            return false;
          field += text.take_front(quote);
          text = text.drop_front(quote + 1);
          if (!text.consume_front("\""))
            break;
          field += '"';
        }
      }
      size_t end = 0;
      while (end < text.size() && text[end] != delimiter && text[end] != '\n')
        ++end;
      StringRef rest = text.take_front(end);
      bool more = end < text.size() && text[end] == delimiter;
      if (!more && rest.ends_with("\r"))
        rest = rest.drop_back();
      field += rest;
      text = text.drop_front(std::min(text.size(), end + 1));
      if (!more) {
        fields.resize(count);
        return true;
      }
    }
  }

private:
  StringRef text;
  char delimiter;
};

/// How the first records come out with a delimiter: the number of fields that
/// most have, and how many have it.
struct Cut {
  char delimiter = 0;
  size_t fields = 0, fitting = 0, records = 0;
};

Cut tryDelimiter(StringRef sample, char delimiter) {
  Records records(sample, delimiter);
  std::map<size_t, size_t> counts;
  Cut cut{delimiter};
  for (Record record; cut.records < 500 && records.next(record); ++cut.records)
    ++counts[record.size()];
  for (auto [fields, count] : counts)
    if (count > cut.fitting)
      cut.fields = fields, cut.fitting = count;
  return cut;
}

Cut findDelimiter(StringRef sample, const Hints &hints) {
  if (hints.delimiter)
    return tryDelimiter(sample, *hints.delimiter);
  bool sure = hints.header || hints.format == "csv" || hints.extension == "csv" || hints.extension == "tsv";
  Cut best;
  for (char delimiter : {',', '\t', ';', '|'}) {
    Cut cut = tryDelimiter(sample, delimiter);
    if (cut.fields < 2 || (cut.fitting != cut.records && cut.fitting * 20 < cut.records * 19))
      continue;
    // Fewer misfits, then more fields; the order above decides the rest.
    size_t misfits = cut.records - cut.fitting, before = best.records - best.fitting;
    if (!best.delimiter || misfits < before || (misfits == before && cut.fields > best.fields * 2))
      best = cut;
  }
  if (!best.delimiter && sure) // one column
    best = tryDelimiter(sample, hints.extension == "tsv" ? '\t' : ',');
  return best;
}

constexpr const char *nothings[] = {"NA", "N/A", "NULL", "null", "\\N", "NaN", "nan", "None", "-", "?"};
constexpr size_t nothingCount = std::size(nothings);

/// The values of a column: the guess over those that may stand for nothing, and
/// over the others.
struct Values {
  Guess guess;                          ///< of all but empty ones and `nothings`
  std::array<size_t, nothingCount> seen{};
  void add(StringRef text) {
    if (text.empty())
      return;
    if (text.size() <= 4)
      for (size_t i = 0; i < nothingCount; ++i)
        if (text == nothings[i]) {
          ++seen[i];
          return;
        }
    guess.add(text);
  }
};

bool isName(StringRef text) {
  return !text.empty() && (llvm::isAlpha(text[0]) || text[0] == '_' || (text[0] & 0x80)) &&
         llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || (c & 0x80) || StringRef("_ .-/()%#:$").contains(c); });
}

/// Is `first` a header of the records that have these values?
bool isHeader(const Record &first, llvm::ArrayRef<Values> values, const std::set<std::string> *texts,
              size_t records) {
  bool differs = false, names = true, texty = true;
  for (size_t i = 0; i < first.size() && i < values.size(); ++i) {
    Guess own;
    if (!first[i].empty())
      own.add(first[i]);
    texty &= own.type() == "STRING";
    names &= isName(first[i]) && !texts[i].count(first[i]);
    differs |= !values[i].guess.empty() && values[i].guess.type() != "STRING" && !first[i].empty();
  }
  return texty && (records == 0 || differs || names) && (differs || names);
}

/// Names for columns: those of the header, made different and never empty.
std::vector<std::string> namesOf(const Record *header, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    std::string name = header && i < header->size() ? (*header)[i] : "";
    if (name.empty())
      name = "c" + std::to_string(i + 1);
    for (size_t k = 2; llvm::is_contained(names, name); ++k)
      name = (header && i < header->size() ? (*header)[i] : "c" + std::to_string(i + 1)) + "_" + std::to_string(k);
    names.push_back(name);
  }
  return names;
}

} // namespace

std::optional<Schema> levada::infer::inferDelimited(StringRef sample, const Hints &hints) {
  Cut cut = findDelimiter(sample, hints);
  if (!cut.delimiter || !cut.records)
    return std::nullopt;
  Records records(sample, cut.delimiter);
  Record first;
  records.next(first);
  std::vector<Values> values(cut.fields);
  std::vector<std::set<std::string>> texts(cut.fields);
  Schema schema{"csv", {}, {}, {}, 0, 1};
  for (Record record; records.next(record); ++schema.lines) {
    schema.bad += record.size() != cut.fields;
    if (record.size() != cut.fields)
      continue;
    for (size_t i = 0; i < cut.fields; ++i) {
      values[i].add(record[i]);
      if (schema.lines < 1000)
        texts[i].insert(record[i]);
    }
  }
  bool header = hints.header ? *hints.header : isHeader(first, values, texts.data(), schema.lines - 1);
  if (!header) {
    schema.bad += first.size() != cut.fields;
    for (size_t i = 0; i < cut.fields && first.size() == cut.fields; ++i)
      values[i].add(first[i]);
  }
  std::vector<std::string> names = namesOf(header ? &first : nullptr, cut.fields);
  if (header && first == names) {
    schema.set("csv.header", "true");
  } else if (header) {
    schema.set("csv.header", "skip");
    schema.remarks.push_back(first.size() != cut.fields
                                 ? "the header has " + std::to_string(first.size()) + " names, records have " +
                                       std::to_string(cut.fields) + " fields"
                                 : "names of the header that are missing or repeated are made up");
  }
  if (cut.delimiter != ',')
    schema.set("csv.field-delimiter", std::string(1, cut.delimiter));
  // What stands for nothing in columns of other types stands for nothing.
  size_t nothing = nothingCount, most = 0;
  for (size_t i = 0; i < nothingCount; ++i) {
    size_t seen = 0;
    for (const Values &column : values)
      seen += column.guess.empty() || column.guess.type() == "STRING" ? 0 : column.seen[i];
    if (seen > most)
      nothing = i, most = seen;
  }
  if (nothing < nothingCount) {
    schema.set("csv.null-literal", nothings[nothing]);
    schema.remarks.push_back(std::string("NULL where it has \"") + nothings[nothing] + "\"");
  }
  for (size_t c = 0; c < cut.fields; ++c) {
    Guess guess = values[c].guess;
    for (size_t i = 0; i < nothingCount; ++i)
      if (values[c].seen[i] && i != nothing)
        guess.add(nothings[i]);
    schema.columns.push_back({names[c], guess.type(), {}, guess});
  }
  return schema;
}
