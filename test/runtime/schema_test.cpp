// What becomes of state in another program: each rule with what it does not allow.
#include "runtime/checkpoint/schema.h"

#include <gtest/gtest.h>

using namespace levada::rt;

namespace {

std::string text(const Text &t) { return std::string(t.view()); }

/// A slot with one key and one aggregate.
struct Slot {
  std::string window = "window\ttumble\t60000\t0\t0";
  std::string key = "key\tk\tINT\ti32\t0\t-1";
  std::string bytes = "8\t8\t24";
  std::string agg = "aggregate\tSUM(n)\tINT\tlevada_agg_sum_i32\t0\t16\t-1\tplain\tsum u64 0;count u64 8";
  std::string print() const {
    return "kind\t" + window + "\nbytes\t" + bytes + "\n" + key + "\n" + agg + "\n";
  }
};

/// "same", "migrates", or why not.
std::string fate(const Slot &before, const Slot &now, Migration *out = nullptr) {
  Schema from, to;
  EXPECT_TRUE(from.parse(before.print()));
  EXPECT_TRUE(to.parse(now.print()));
  Migration migration;
  Text why;
  if (!plan_migration(from, to, migration, why)) {
    EXPECT_FALSE(why.empty());
    return text(why);
  }
  if (out)
    *out = migration;
  return migration.same ? "same" : "migrates";
}

std::string key_fate(const char *type, const char *kind, int null, const char *now_type,
                     const char *now_kind, int now_null) {
  Slot before, now;
  before.key = std::string("key\tk\t") + type + "\t" + kind + "\t0\t" + std::to_string(null);
  now.key = std::string("key\tk\t") + now_type + "\t" + now_kind + "\t0\t" + std::to_string(now_null);
  before.bytes = now.bytes = "24\t24\t40";
  return fate(before, now);
}

TEST(Schema, KeysWiden) {
  EXPECT_EQ(key_fate("INT", "i32", -1, "INT", "i32", -1), "same");
  EXPECT_EQ(key_fate("TINYINT", "i8", -1, "BIGINT", "i64", -1), "migrates");
  EXPECT_EQ(key_fate("SMALLINT", "i16", 2, "INT", "i32", 4), "migrates");
  EXPECT_EQ(key_fate("INT NOT NULL", "i32", -1, "INT", "i32", 4), "migrates");
  EXPECT_EQ(key_fate("FLOAT", "f32", -1, "DOUBLE", "f64", -1), "migrates");
  EXPECT_EQ(key_fate("DECIMAL(10, 2)", "i64", -1, "DECIMAL(18, 2)", "i64", -1), "same");
  EXPECT_EQ(key_fate("DECIMAL(10, 2)", "i64", -1, "DECIMAL(30, 2)", "i128", -1), "migrates");
  EXPECT_EQ(key_fate("VARCHAR(10)", "str", 16, "VARCHAR(20)", "str", 16), "same");
  EXPECT_EQ(key_fate("VARCHAR(10)", "str", 16, "STRING", "str", 16), "same");
}

TEST(Schema, KeysDoNotNarrow) {
  EXPECT_EQ(key_fate("BIGINT", "i64", -1, "INT", "i32", -1), "its key `k` was BIGINT and is INT");
  EXPECT_EQ(key_fate("INT", "i32", 4, "INT NOT NULL", "i32", -1),
            "its key `k` was INT and is INT NOT NULL");
  for (auto [before, kind, now, now_kind] : std::initializer_list<std::array<const char *, 4>>{
           {"DOUBLE", "f64", "FLOAT", "f32"},
           {"INT", "i32", "DOUBLE", "f64"},
           {"INT", "i32", "DATE", "i32"},
           {"INT", "i32", "STRING", "str"},
           {"DECIMAL(10, 2)", "i64", "DECIMAL(12, 3)", "i64"},
           {"DECIMAL(12, 2)", "i64", "DECIMAL(10, 2)", "i64"},
           {"STRING", "str", "VARCHAR(10)", "str"},
           {"VARCHAR(20)", "str", "VARCHAR(10)", "str"},
           {"STRING", "str", "BYTES", "str"},
           {"TIMESTAMP(3)", "i64", "TIMESTAMP(6)", "i64"},
           {"ARRAY<INT>", "str", "ARRAY<BIGINT>", "str"}})
    EXPECT_EQ(key_fate(before, kind, -1, now, now_kind, -1).substr(0, 13), "its key `k` w")
        << before << " " << now;
}

TEST(Schema, KeyTextsAreFoundByOffset) {
  Slot before, now;
  before.key = "key\ta\tSTRING\tstr\t16\t36\nkey\tb\tSTRING\tstr\t0\t37\nkey\tn\tINT\ti32\t32\t-1";
  now.key = "key\ta\tSTRING\tstr\t16\t40\nkey\tb\tSTRING\tstr\t0\t41\nkey\tn\tBIGINT\ti64\t32\t-1";
  before.bytes = "40\t40\t56";
  now.bytes = "48\t48\t64";
  Migration m;
  EXPECT_EQ(fate(before, now, &m), "migrates");
  EXPECT_FALSE(m.key_same);
  EXPECT_TRUE(m.acc_same);
  EXPECT_EQ(m.key_size, 40u);
  EXPECT_EQ(m.key_texts, (std::vector<uint32_t>{0, 16}));
}

TEST(Schema, AggregatesWiden) {
  Slot before, now;
  now.agg = "aggregate\tSUM(n)\tBIGINT\tlevada_agg_sum_i64\t0\t16\t-1\tplain\tsum u64 0;count u64 8";
  EXPECT_EQ(fate(before, now), "migrates");
  EXPECT_EQ(fate(now, before), "`SUM(n)` was of BIGINT and is of INT");
  // Sums of FLOAT are rounded already; an extreme is not.
  before.agg = "aggregate\tSUM(n)\tFLOAT\tlevada_agg_sum_f32\t0\t16\t-1\tplain\tsum f32 0;count u64 8";
  now.agg = "aggregate\tSUM(n)\tDOUBLE\tlevada_agg_sum_f64\t0\t16\t-1\tplain\tsum f64 0;count u64 8";
  EXPECT_EQ(fate(before, now), "`SUM(n)` was of FLOAT and is of DOUBLE");
  before.agg = "aggregate\tMAX(n)\tFLOAT\tlevada_agg_max_f32\t0\t8\t-1\tplain\tbest f32 0;any bool 4";
  now.agg = "aggregate\tMAX(n)\tDOUBLE\tlevada_agg_max_f64\t0\t16\t-1\tplain\tbest f64 0;any bool 8";
  EXPECT_EQ(fate(before, now), "migrates");
  // Other fields are other state.
  now.agg = "aggregate\tMAX(n)\tDOUBLE\tlevada_agg_max_f64\t0\t16\t-1\tplain\tbest f64 0;rows u64 8";
  EXPECT_EQ(fate(before, now), "`MAX(n)` was of FLOAT and is of DOUBLE, and is kept otherwise");
}

TEST(Schema, AggregatesMoveAndDoNotComeOrGo) {
  const std::string sum =
      "aggregate\tSUM(n)\tINT\tlevada_agg_sum_i32\t%d\t16\t-1\tplain\tsum u64 0;count u64 8";
  const std::string max = "aggregate\tMAX(n)\tINT\tlevada_agg_max_i32\t%d\t8\t-1\tplain\tbest i32 0;any bool 4";
  auto at = [](std::string line, int offset) {
    return line.replace(line.find("%d"), 2, std::to_string(offset));
  };
  Slot before, now;
  before.bytes = now.bytes = "8\t8\t32";
  before.agg = at(sum, 0) + "\n" + at(max, 16);
  now.agg = at(max, 0) + "\n" + at(sum, 8);
  Migration m;
  EXPECT_EQ(fate(before, now, &m), "migrates");
  ASSERT_EQ(m.acc.size(), 2u);
  EXPECT_EQ(m.acc[0].from, 16u);
  EXPECT_EQ(m.acc[0].to, 0u);
  EXPECT_EQ(m.acc[1].to, 8u);
  now.agg = at(sum, 0);
  EXPECT_EQ(fate(before, now), "`MAX(n)` is gone from it");
  EXPECT_EQ(fate(now, before), "`MAX(n)` is new in it: what came before was not counted");
  // What keeps more than bytes stays where it is.
  const std::string set = "aggregate\tCOUNT(DISTINCT n)\tINT\tlevada_agg_count_value\t%d\t8\t16\tsaved\tcount i64 0";
  before.agg = at(sum, 0) + "\n" + at(set, 24);
  now.agg = before.agg;
  EXPECT_EQ(fate(before, now), "same");
  now.agg = at(set, 24) + "\n" + at(sum, 0);
  EXPECT_EQ(fate(before, now).substr(0, 22), "its aggregates have ot");
}

TEST(Schema, ChangesOfTheInput) {
  Slot before, now;
  now.agg += "\naggregate\t(rows)\t\t\t0\t8\t-1\tplain\trows i64 0";
  EXPECT_EQ(fate(before, now), "its input or its output is updated in one, and only added to in the other");
  EXPECT_EQ(fate(now, before), "its input or its output is updated in one, and only added to in the other");
}

TEST(Schema, Windows) {
  Slot before, now;
  for (const char *other :
       {"window\ttumble\t120000\t0\t0", "window\thop\t60000\t30000\t0", "window\ttumble\t60000\t0\t1000",
        "window\ttumble\t60000\t0\t0\tEurope/Berlin", "session\tsession\t60000\t0\t0", "group"}) {
    now.window = other;
    EXPECT_EQ(fate(before, now), "its windows are others") << other;
  }
}

ProgramState program(const std::string &lines) {
  ProgramState state;
  EXPECT_TRUE(state.parse("levada program 1\nprogram\tapp\n" + lines));
  return state;
}

std::string verdicts(const char *before, const char *now) {
  std::string all;
  for (const Verdict &v : compare(program(before), program(now)))
    all += std::string(v.what) + " " + text(v.name) + " " + std::to_string(int(v.fate)) + ";";
  return all;
}

TEST(Schema, SourcesAndSinks) {
  EXPECT_EQ(verdicts("source\ta\tfilesystem\tjson\n", "source\ta\tfilesystem\tcsv\n"), "source a 4;");
  EXPECT_EQ(verdicts("source\ta\tfilesystem\tjson\tx\n", "source\ta\tfilesystem\tjson\ty\n"), "source a 0;");
  EXPECT_EQ(verdicts("source\ta\tfilesystem\tjson\n", "source\ta\tstdin\tjson\n"), "source a 4;");
  EXPECT_EQ(verdicts("source\ta\tstdin\tjson\n", "source\tb\tstdin\tjson\n"), "source b 2;source a 3;");
  EXPECT_EQ(verdicts("sink\to\tfilesystem\tjson\n", "sink\to\tfilesystem\tjson\n"), "sink o 0;");
  EXPECT_EQ(verdicts("sink\to\tfilesystem\tcsv under a,b\n", "sink\to\tfilesystem\tcsv under a\n"),
            "sink o 4;");
}

TEST(Schema, SlotsByIdAndByOperator) {
  EXPECT_EQ(verdicts("slot\ts/aggregate[k]\tx\n", "slot\ts/aggregate[k]\tx\n"),
            "operator s/aggregate[k] 0;");
  // Another key of the same operator is a change of it; another stream's is not.
  EXPECT_EQ(verdicts("slot\ts/aggregate[k]\tx\n", "slot\ts/aggregate[k,n]\tx\n"),
            "operator s/aggregate[k,n] 4;");
  EXPECT_EQ(verdicts("slot\ts/aggregate[k]\tx\n", "slot\tt/aggregate[k]\tx\n"),
            "operator t/aggregate[k] 2;operator s/aggregate[k] 3;");
  EXPECT_EQ(verdicts("slot\ts/aggregate[k]\tx\n", "slot\ts/aggregate[k]\ty\n"),
            "operator s/aggregate[k] 4;");
}

TEST(Schema, ElementsGoWhereTheirOwnerGoes) {
  auto slots = [](const std::string &window, const std::string &agg) {
    Slot owner, elements;
    owner.window = elements.window = window;
    owner.agg = agg;
    Text line("slot\ts/aggregate[k]\t");
    append_field(line, owner.print());
    append_field(line.append("\nslot\ts/DISTINCT n[k]\t"), elements.print() + "owner\ts/aggregate[k]\n");
    return text(line.append('\n'));
  };
  const std::string agg = Slot().agg, window = Slot().window;
  std::string other = agg;
  other.replace(other.find("SUM(n)"), 6, "SUM(x)");
  std::string one = slots(window, agg), another = slots(window, other);
  EXPECT_EQ(verdicts(one.c_str(), one.c_str()), "operator s/aggregate[k] 0;operator s/DISTINCT n[k] 0;");
  EXPECT_EQ(verdicts(one.c_str(), another.c_str()), "operator s/aggregate[k] 4;operator s/DISTINCT n[k] 4;");
}

TEST(Schema, FieldsHoldAnything) {
  Text line;
  append_field(line, "a\tb\\c\nd");
  append_field(line.append('\t'), "");
  append_field(line.append('\t'), "e");
  std::string_view rest = line;
  EXPECT_EQ(text(take_field(rest)), "a\tb\\c\nd");
  EXPECT_EQ(text(take_field(rest)), "");
  EXPECT_EQ(text(take_field(rest)), "e");
  EXPECT_EQ(text(take_field(rest)), "");
  Schema schema;
  for (const char *bad : {"", "kind", "kind\twindow\nnonsense\tx\n", "bytes\t8\t8\t8\n"})
    EXPECT_FALSE(schema.parse(bad)) << bad;
  ProgramState state;
  EXPECT_FALSE(state.parse("levada program 2\n"));
  EXPECT_FALSE(state.parse("levada program 1\nslot\n\tx"));
}

} // namespace
