// A program that sorts, with checkpoints: killed and gone on from at another
// parallelism, under a limit of memory and without one, it writes the same bytes,
// and a checkpoint holds what came since the one before.
#include "programs/harness.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace test;

namespace {

constexpr int rows = 400000, files = 4;

/// Lines "key,time,value"; values fall slowly: nearly every row is among the first
/// for a while.
void write_rows(const Folder &in) {
  uint32_t state = 7;
  for (int f = 0; f < files; ++f) {
    std::string text;
    for (int i = f * (rows / files); i < (f + 1) * (rows / files); ++i) {
      state = state * 1664525 + 1013904223;
      text += std::to_string(i % 1000) + "," + std::to_string(i) + "," +
              std::to_string(rows - i / 2 - int(state >> 8) % 300000) + "\n";
    }
    write_file(in.path("part-" + std::to_string(f)), text);
  }
}

struct End {
  int status;
  long peak; // KB
  std::string err;
};

End attempt(const char *program, const Folder &in, const Folder &out, const Folder &state,
            std::vector<std::string> arguments, const std::string &failpoint) {
  Folder folder;
  arguments.insert(arguments.end(), {"--state", state.path("s")});
  Process process = start(program, arguments,
                          {{"IN", in.path()}, {"OUT", out.path()}, {"LEVADA_FAILPOINT", failpoint}},
                          folder);
  close(process.in);
  char bytes[4096];
  while (read(process.out, bytes, sizeof bytes) > 0) {
  }
  close(process.out);
  End end{};
  rusage usage{};
  wait4(process.pid, &end.status, 0, &usage);
  end.peak = usage.ru_maxrss;
  end.err = read_file(process.err_path);
  return end;
}

} // namespace

TEST(SortRun, GoesOnAfterKills) {
  Folder in;
  write_rows(in);
  for (const char *program : {"rt_sort", "rt_sort_first"}) {
    Folder plain, none;
    End whole = attempt(program, in, plain, none, {"--parallelism", "1"}, "");
    ASSERT_EQ(whole.status, 0) << whole.err;
    const std::string expected = read_file(plain.path("sorted.csv"));
    ASSERT_EQ(std::count(expected.begin(), expected.end(), '\n'),
              program == std::string("rt_sort") ? rows : 150000);
    for (const char *memory : {"", "30MB"}) {
      if (program == std::string("rt_sort_first") && !*memory)
        continue;
      Folder out, state;
      auto again = [&](const char *workers, const std::string &failpoint) {
        std::vector<std::string> arguments = {"--parallelism", workers, "--chunk-bytes", "50000",
                                              "--checkpoint-every", "7"};
        if (*memory)
          arguments.insert(arguments.end(), {"--memory", workers[0] == '1' ? memory : "44MB"});
        End end = attempt(program, in, out, state, arguments, failpoint);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) // shadows count
        if (*memory)
          EXPECT_LE(end.peak, (workers[0] == '1' ? 30 : 44) * 1229) << workers; // and a fifth
#endif
        return end;
      };
      const char *workers[] = {"1", "2", "1", "2"};
      for (int round = 0; round < 3; ++round) {
        End end = again(workers[round], "checkpoint-publish.after:" + std::to_string(3 + round) + "=kill");
        ASSERT_TRUE(WIFSIGNALED(end.status)) << end.err;
        ASSERT_FALSE(exists(out.path("sorted.csv")) && !read_file(out.path("sorted.csv")).empty());
      }
      End end = again(workers[3], "");
      ASSERT_EQ(end.status, 0) << end.err;
      EXPECT_NE(end.err.find("resumed from checkpoint"), std::string::npos) << end.err;
      if (*memory)
        EXPECT_NE(end.err.find("of state went to disk under --memory"), std::string::npos) << end.err;
      EXPECT_TRUE(read_file(out.path("sorted.csv")) == expected) << program << " " << memory;
    }
  }
}
