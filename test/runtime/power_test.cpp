// What a power cut leaves (runtime/checkpoint/power.h): of each seed a child process
// does something in a folder and is cut off.
#include "runtime/checkpoint/power.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace levada::rt;

namespace {

constexpr uint64_t SEEDS = 40;

std::string read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return "(none)";
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

void put(const std::string &path, const std::string &bytes, bool sync) {
  int fd = power::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  (void)!power::write(fd, bytes.data(), bytes.size());
  if (sync)
    power::fsync(fd);
  close(fd);
}

void sync(const std::string &folder) {
  int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  power::fsync(fd);
  close(fd);
}

/// What is there of `name` after `work` and a cut, for each seed: {what: how often}.
template <typename Work> std::map<std::string, int> after(const char *name, Work work) {
  std::map<std::string, int> seen;
  for (uint64_t seed = 1; seed <= SEEDS; ++seed) {
    char folder[] = "/dev/shm/levada-power-XXXXXX", other[] = "/tmp/levada-power-XXXXXX";
    const char *made = mkdtemp(folder) ? folder : mkdtemp(other);
    EXPECT_TRUE(made);
    if (!made)
      break;
    std::string in = std::string(made) + "/";
    pid_t child = fork();
    if (!child) {
      std::ofstream(in + "old") << "old bytes";
      power::watch(seed);
      work(in);
      power::cut();
    }
    int status;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ++seen[read(in + name)];
    std::error_code none;
    std::filesystem::remove_all(made, none);
  }
  return seen;
}

std::set<std::string> kinds(const std::map<std::string, int> &seen) {
  std::set<std::string> all;
  for (auto &[what, count] : seen)
    all.insert(what);
  return all;
}

using Kinds = std::set<std::string>;

TEST(Power, WhatWasForcedToTheDiskIsThere) {
  EXPECT_EQ(kinds(after("new", [](const std::string &in) {
              put(in + "new", "bytes", true);
              sync(in);
            })),
            Kinds{"bytes"});
}

TEST(Power, ANameNeedsItsFolder) {
  EXPECT_EQ(kinds(after("new", [](const std::string &in) { put(in + "new", "bytes", true); })),
            (Kinds{"(none)", "bytes"}));
}

TEST(Power, BytesNeedTheirFile) {
  std::string bytes(2000, 'x');
  auto seen = after("new", [&](const std::string &in) {
    put(in + "new", bytes, false);
    sync(in);
  });
  bool shorter = false, zeros = false;
  for (auto &[what, count] : seen) {
    EXPECT_EQ(what.find_first_not_of(std::string("x\0", 2)), what.npos);
    shorter |= what.size() < bytes.size();
    zeros |= what.size() == bytes.size() && what != bytes;
  }
  EXPECT_TRUE(shorter && zeros && seen[""] && seen[bytes]);
}

TEST(Power, OneThatReplacesAnotherLeavesOneOfThem) {
  auto replace = [](const std::string &in) {
    put(in + "new", "bytes", true);
    power::rename((in + "new").c_str(), (in + "old").c_str());
  };
  EXPECT_EQ(kinds(after("old", replace)), (Kinds{"old bytes", "bytes"}));
  EXPECT_EQ(kinds(after("new", replace)), (Kinds{"(none)", "bytes"}));
}

TEST(Power, WhatWasRemovedMayBeBack) {
  auto remove = [](const std::string &in) { power::unlink((in + "old").c_str()); };
  EXPECT_EQ(kinds(after("old", remove)), (Kinds{"(none)", "old bytes"}));
  EXPECT_EQ(kinds(after("old",
                        [&](const std::string &in) {
                          remove(in);
                          sync(in);
                        })),
            Kinds{"(none)"});
}

TEST(Power, AFolderTakesAllInItAlong) {
  auto make = [](const std::string &in) {
    power::mkdir((in + "making").c_str(), 0777);
    put(in + "making/file", "bytes", true);
    sync(in + "making");
    power::rename((in + "making").c_str(), (in + "made").c_str());
  };
  EXPECT_EQ(kinds(after("made/file", make)), (Kinds{"(none)", "bytes"}));
  EXPECT_EQ(kinds(after("made/file",
                        [&](const std::string &in) {
                          make(in);
                          sync(in);
                        })),
            Kinds{"bytes"});
}

TEST(Power, WhatWasCutOffOrWrittenOverMayBeBack) {
  auto seen = after("old", [](const std::string &in) {
    int fd = power::open((in + "old").c_str(), O_RDWR | O_CLOEXEC, 0);
    power::ftruncate(fd, 3);
    (void)!power::pwrite(fd, "er", 2, 3);
  });
  EXPECT_TRUE(seen.count("old bytes"));
  EXPECT_TRUE(seen.count("older"));
}

} // namespace
