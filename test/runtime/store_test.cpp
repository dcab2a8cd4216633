// The state directory: what is published is found again, what is damaged is
// named and passed over, and what a person did wrong destroys nothing.
#include "programs/harness.h"
#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/store.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace levada::rt;
using test::Folder;

namespace {

std::string text(const Text &t) { return std::string(t.view()); }

bool holds(const Text &t, const char *part) { return text(t).find(part) != std::string::npos; }

/// Publishes checkpoint `epoch` with one file.
bool publish(Store &store, uint64_t epoch, uint64_t base = 0, const char *bytes = "some state") {
  Error error;
  Manifest manifest;
  manifest.program = Text("app");
  manifest.fingerprint = Text("f00d");
  manifest.epoch = epoch;
  manifest.number = epoch * 10;
  manifest.base = base;
  manifest.created = 1700000000000;
  manifest.state.slots.push_back({Text("per\tkey"), Text("a INT\nSUM(b)")});
  return store.begin(epoch, nullptr, error) && store.write("state-0", bytes, error) &&
         store.publish(manifest, error);
}

uint64_t newest(const Store &store, std::vector<Store::Found> &passed) {
  passed.clear();
  auto chain = store.newest(passed);
  return chain.empty() ? 0 : chain.back().epoch;
}

void damage(const std::string &path, size_t at) {
  std::string bytes = test::read_file(path);
  ASSERT_LT(at, bytes.size());
  bytes[at] ^= 1;
  test::write_file(path, bytes);
}

struct StateDirectory : testing::Test {
  Folder folder;
  std::string dir = folder.path("app.state");
  Error error;
  std::vector<Store::Found> passed;
};

} // namespace

TEST(Checksum, IsCastagnolis) {
  EXPECT_EQ(crc32c(0, "123456789", 9), 0xE3069283u);
  EXPECT_EQ(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xE3069283u);
  // Long ones are taken in parts beside one another, short ones byte by byte.
  std::string bytes;
  uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i)
    bytes += char((state = state * 6364136223846793005 + 1442695040888963407) >> 56);
  uint32_t one_by_one = 0;
  for (size_t size = 0; size <= bytes.size(); ++size) {
    if (size < 1000 || size % 509 == 0)
      EXPECT_EQ(crc32c(0, bytes.data(), size), one_by_one) << size;
    one_by_one = crc32c(one_by_one, bytes.data() + size, size < bytes.size());
  }
  EXPECT_EQ(crc32c(0, "", 0), 0u);
}

TEST(Manifest, ReadsWhatItPrints) {
  Manifest m, back;
  m.program = Text("a\tb\\n\n");
  m.fingerprint = Text("f00d");
  m.epoch = 17;
  m.number = 1234;
  m.base = 16;
  m.created = 1700000000000;
  m.parallelism = 4;
  m.rows_in = 7;
  m.rows_out = 3;
  m.state.slots.push_back({Text("slot\t1"), Text("k INT\nSUM(v)")});
  m.state.sources.push_back({Text("in"), Text("stdin"), Text("json")});
  m.state.sinks.push_back({Text("out"), Text("stdout"), Text("json")});
  m.files.push_back({Text("state-0"), 10, 0xDEADBEEF});
  Text printed = m.print(), why;
  ASSERT_TRUE(back.parse(printed, why)) << text(why);
  EXPECT_EQ(text(back.print()), text(printed));
  EXPECT_EQ(text(back.program), "a\tb\\n\n");
  EXPECT_EQ(text(back.state.slots[0].schema), "k INT\nSUM(v)");
  // Cut off anywhere, or one bit changed: no manifest.
  for (size_t size = 0; size < printed.size(); ++size)
    EXPECT_FALSE(back.parse(printed.view().substr(0, size), why)) << size;
  for (size_t at = 0; at < printed.size(); ++at) {
    std::string changed(printed.view());
    changed[at] ^= 4;
    EXPECT_FALSE(back.parse(changed, why)) << at;
  }
  std::string newer = "levada checkpoint " + std::to_string(Manifest::format + 1) + "\nend\t00000000\n";
  EXPECT_FALSE(back.parse(newer, why));
  EXPECT_TRUE(holds(why, "a newer levada")) << text(why);
}

TEST_F(StateDirectory, FindsTheNewest) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error)) << text(error.what);
    EXPECT_EQ(newest(store, passed), 0u);
    ASSERT_TRUE(publish(store, 1));
    ASSERT_TRUE(publish(store, 2, 1));
    ASSERT_TRUE(publish(store, 3, 2));
  }
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error)) << text(error.what);
  auto chain = store.newest(passed);
  ASSERT_EQ(chain.size(), 3u);
  EXPECT_EQ(chain[0].epoch, 1u);
  EXPECT_EQ(chain[2].manifest.number, 30u);
  EXPECT_EQ(store.last_epoch(), 3u);
}

TEST_F(StateDirectory, PassesOverWhatIsDamaged) {
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  ASSERT_TRUE(publish(store, 1) && publish(store, 2) && publish(store, 3, 2) && publish(store, 4));
  damage(dir + "/chk-000004/state-0", 3);
  EXPECT_EQ(newest(store, passed), 3u);
  ASSERT_EQ(passed.size(), 1u);
  EXPECT_TRUE(holds(passed[0].problem, "`state-0` do not have their checksum"));
  // What 3 is built upon is damaged: both are of no use.
  damage(dir + "/chk-000002/manifest", 30);
  EXPECT_EQ(newest(store, passed), 1u);
  EXPECT_EQ(passed.size(), 3u);
  EXPECT_TRUE(holds(passed[1].problem, "the changes since checkpoint 2"));
  ASSERT_EQ(truncate((dir + "/chk-000001/state-0").c_str(), 4), 0);
  EXPECT_EQ(newest(store, passed), 0u);
  EXPECT_TRUE(holds(passed[3].problem, "4 bytes instead of 10"));
  unlink((dir + "/chk-000001/state-0").c_str());
  EXPECT_EQ(newest(store, passed), 0u);
  EXPECT_TRUE(holds(passed[3].problem, "is missing"));
  unlink((dir + "/chk-000001/manifest").c_str());
  newest(store, passed);
  EXPECT_TRUE(holds(passed[3].problem, "no manifest"));
  // Nothing was removed.
  EXPECT_EQ(store.list(Store::SIZES).size(), 4u);
}

TEST_F(StateDirectory, KeepsTheNewestAndWhatTheyAreBuiltUpon) {
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  ASSERT_TRUE(publish(store, 1) && publish(store, 2) && publish(store, 3, 2) &&
              publish(store, 4, 3) && publish(store, 5));
  store.retain(2);
  EXPECT_EQ(test::list(dir), "chk-000002 chk-000003 chk-000004 chk-000005 lock pipeline");
  store.retain(1);
  EXPECT_EQ(test::list(dir), "chk-000005 lock pipeline");
}

TEST_F(StateDirectory, DamagedOnesGoOnceThereAreNewerOnes) {
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  ASSERT_TRUE(publish(store, 1) && publish(store, 2));
  damage(dir + "/chk-000002/manifest", 30);
  store.retain(1); // 1 is the newest sound one
  EXPECT_EQ(test::list(dir), "chk-000001 chk-000002 lock pipeline");
  ASSERT_TRUE(publish(store, 3));
  store.retain(1);
  EXPECT_EQ(test::list(dir), "chk-000003 lock pipeline");
}

TEST_F(StateDirectory, WhatACrashLeftIsRemoved) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error) && publish(store, 1));
  }
  mkdir((dir + "/.chk-000002.making").c_str(), 0777);
  test::write_file(dir + "/.chk-000002.making/state-0", "half");
  test::write_file(dir + "/.finished.making", "half");
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  EXPECT_EQ(test::list(dir), "chk-000001 lock pipeline");
}

TEST_F(StateDirectory, AdoptsNothingByAMarkerItCannotRead) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error) && publish(store, 1));
  }
  mkdir((dir + "/adopting").c_str(), 0777); // reading it fails
  Store store;
  EXPECT_FALSE(store.open(dir.c_str(), "app", error));
  EXPECT_EQ(error.code, uint32_t(BAD_STATE));
  EXPECT_EQ(test::list(dir), "adopting chk-000001 lock pipeline");
}

TEST_F(StateDirectory, TheSecondInstanceRefuses) {
  Store first, second;
  ASSERT_TRUE(first.open(dir.c_str(), "app", error));
  EXPECT_EQ(first.locked_by(), uint32_t(getpid()));
  EXPECT_FALSE(second.open(dir.c_str(), "app", error));
  EXPECT_EQ(error.code, uint32_t(STATE_IN_USE));
  EXPECT_TRUE(holds(error.what, ("in use by process " + std::to_string(getpid())).c_str()))
      << text(error.what);
}

TEST_F(StateDirectory, IsOnePipelines) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error) && publish(store, 1));
  }
  {
    Store store;
    EXPECT_FALSE(store.open(dir.c_str(), "other", error));
    EXPECT_TRUE(holds(error.what, "is that of pipeline `app`, this is `other`"));
  }
  // Half deleted: the checkpoint says whose it is.
  unlink((dir + "/pipeline").c_str());
  unlink((dir + "/lock").c_str());
  {
    Store store;
    EXPECT_FALSE(store.open(dir.c_str(), "other", error));
  }
  Store store;
  EXPECT_TRUE(store.open(dir.c_str(), "app", error));
  EXPECT_EQ(newest(store, passed), 1u);
}

TEST_F(StateDirectory, IsNoOtherFolder) {
  mkdir(dir.c_str(), 0777);
  test::write_file(dir + "/letter.txt", "dear");
  Store store;
  EXPECT_FALSE(store.open(dir.c_str(), "app", error));
  EXPECT_TRUE(holds(error.what, "is no state directory: it holds `letter.txt`"));
  EXPECT_EQ(test::list(dir), "letter.txt");
  test::write_file(folder.path("file"), "x");
  Store file;
  EXPECT_FALSE(file.open(folder.path("file").c_str(), "app", error));
  Store missing;
  EXPECT_FALSE(missing.open(folder.path("no/such").c_str(), "app", error));
  EXPECT_TRUE(holds(error.what, "cannot make state directory"));
}

TEST_F(StateDirectory, AnotherFormatIsRefused) {
  mkdir(dir.c_str(), 0777);
  test::write_file(dir + "/pipeline", "levada state 2\napp\n");
  Store store;
  EXPECT_FALSE(store.open(dir.c_str(), "app", error));
  EXPECT_TRUE(holds(error.what, "has format 2, this program writes 1")) << text(error.what);
}

TEST_F(StateDirectory, AFinishedRunLeavesNothingToResume) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error) && publish(store, 1));
    ASSERT_TRUE(store.finish(error));
    EXPECT_EQ(test::list(dir), "finished lock pipeline");
  }
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  EXPECT_TRUE(store.finished());
  EXPECT_EQ(store.last_epoch(), 1u);
  ASSERT_TRUE(publish(store, 2));
  EXPECT_FALSE(store.finished());
  EXPECT_EQ(newest(store, passed), 2u);
}

// Killed before it removed its checkpoint; the next run's is damaged.
TEST_F(StateDirectory, ARunGoesBackToNoneThatFinished) {
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error) && publish(store, 1));
    std::filesystem::copy(dir + "/chk-000001", folder.path("copy"));
    ASSERT_TRUE(store.finish(error));
    std::filesystem::rename(folder.path("copy"), dir + "/chk-000001");
  }
  {
    Store store;
    ASSERT_TRUE(store.open(dir.c_str(), "app", error));
    EXPECT_EQ(newest(store, passed), 0u);
    ASSERT_TRUE(publish(store, 2));
  }
  unlink((dir + "/chk-000002/manifest").c_str());
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  EXPECT_EQ(newest(store, passed), 0u);
  EXPECT_EQ(passed.size(), 1u);
}

TEST_F(StateDirectory, ASavepointStandsAnywhere) {
  std::string target = folder.path("save");
  Store store;
  ASSERT_TRUE(store.open(dir.c_str(), "app", error));
  Manifest manifest;
  manifest.program = Text("app");
  manifest.epoch = 7;
  ASSERT_TRUE(store.begin(7, target.c_str(), error) && store.write("state-0", "s", error) &&
              store.publish(manifest, error));
  std::vector<Store::Found> chain;
  ASSERT_TRUE(Store::at(target.c_str(), chain, error)) << text(error.what);
  EXPECT_EQ(chain.back().epoch, 7u);
  EXPECT_FALSE(Store::at(dir.c_str(), chain, error));
  EXPECT_TRUE(holds(error.what, "holds no checkpoint"));
  EXPECT_FALSE(Store::at(folder.path("nothing").c_str(), chain, error));
}
