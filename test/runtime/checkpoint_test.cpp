// Checkpoints of a running program: they change no result, whatever the number
// of workers, and leave a state directory as store_test knows it.
#include "programs/harness.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace test;

namespace {

std::string result(const std::vector<std::string> &arguments, const Folder &in, Outcome &outcome) {
  Folder out;
  outcome = run("rt_windows", arguments, {{"IN", in.path()}, {"OUT", out.path()}});
  std::string all = outcome.out;
  for (const char *name : {"negative.csv", "totals.jsonl", "dead.txt"})
    all += read_file(out.path(name));
  return all;
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

bool published(const Folder &state) {
  return exists(state.path("s")) && contains(" " + list(state.path("s")), " chk-");
}

} // namespace

TEST(Checkpoints, ChangeNoResult) {
  Folder in;
  for (int i = 0; i < 3; ++i)
    write_file(in.path("part-" + std::to_string(i)), lines(200000, i));
  Outcome o;
  std::string expected = result({}, in, o);
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char *workers : {"1", "2", "4"}) {
    Folder state;
    std::string found = result({"--parallelism", workers, "--state", state.path("s"),
                                "--checkpoint-interval", "1ms"},
                               in, o);
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_TRUE(found == expected) << workers;
    EXPECT_EQ(list(state.path("s")), "finished lock pipeline") << workers;
    EXPECT_FALSE(contains(o.err, "checkpoint")) << o.err;
  }
}

TEST(Checkpoints, AreThereAfterAKill) {
  Folder in;
  std::string text = lines(400000, 7);
  for (int i = 0; i < 8; ++i)
    write_file(in.path("part-" + std::to_string(i)), text);
  for (const char *workers : {"1", "3"}) {
    Folder out, folder, state;
    Process process = start("rt_windows",
                            {"--parallelism", workers, "--state", state.path("s"),
                             "--checkpoint-interval", "5ms"},
                            {{"IN", in.path()}, {"OUT", out.path()}}, folder);
    char bytes[64 << 10];
    while (!published(state) && read(process.out, bytes, sizeof bytes) > 0) {
    }
    kill(process.pid, SIGKILL);
    int status;
    waitpid(process.pid, &status, 0);
    close(process.in);
    close(process.out);
    Outcome o = run("rt_windows", {"fsck", "--state", state.path("s")}, {});
    EXPECT_EQ(o.code, 0) << o.out << o.err;
    EXPECT_TRUE(contains(o.out, ": sound\n")) << o.out;
  }
}

// Stopped when its second checkpoint is there, while the sources wait for it.
TEST(Checkpoints, ResumeAtAnyParallelism) {
  Folder in;
  for (int i = 0; i < 6; ++i)
    write_file(in.path("part-" + std::to_string(i)), lines(30000, i));
  const std::vector<std::string> small = {"--chunk-bytes", "50000"};
  Outcome o;
  result(small, in, o);
  std::string expected = o.out;
  for (auto [before, after] : {std::pair("1", "1"), std::pair("1", "3"), std::pair("4", "1"),
                               std::pair("3", "2")}) {
    Folder out, state;
    auto attempt = [&](const char *workers, const char *rows, const char *failpoint) {
      return run("rt_windows",
                 {"--parallelism", workers, "--batch-rows", rows, "--state", state.path("s"),
                  "--chunk-bytes", "50000", "--checkpoint-every", "20"},
                 {{"IN", in.path()}, {"OUT", out.path()}, {"LEVADA_FAILPOINT", failpoint}});
    };
    Outcome first = attempt(before, "4096", "checkpoint-appear.after:2=term");
    ASSERT_EQ(first.code, 0) << first.err;
    ASSERT_TRUE(contains(first.err, "stopped: the next start resumes from checkpoint"))
        << first.err;
    Outcome second = attempt(after, "100", "");
    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_TRUE(contains(second.err, "resumed from checkpoint")) << second.err;
    // What it wrote until it was stopped, and what comes after, is all there is.
    std::string found = first.out + second.out;
    EXPECT_TRUE(found == expected) << before << " to " << after << ": " << found.size() << " and "
                                   << expected.size();
    // The ledger goes on too.
    std::string ledger = o.err.substr(o.err.find("windows: "));
    EXPECT_TRUE(contains(second.err, ledger.substr(0, ledger.rfind(';')))) << second.err << o.err;
  }
}
