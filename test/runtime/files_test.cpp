// Where rows come from and where they go: files, pipes, signals, refusals.
#include "programs/harness.h"

#include <chrono>
#include <filesystem>
#include <gtest/gtest.h>
#include <lzma.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

using namespace test;

namespace {

std::string gzip(const std::string &text) {
  z_stream z = {};
  deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, 0);
  z.next_in = (Bytef *)text.data();
  z.avail_in = text.size();
  z.next_out = (Bytef *)out.data();
  z.avail_out = out.size();
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(const std::string &text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string xz(const std::string &text) {
  std::string out(lzma_stream_buffer_bound(text.size()), 0);
  size_t size = 0;
  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, (const uint8_t *)text.data(), text.size(),
                          (uint8_t *)out.data(), &size, out.size());
  out.resize(size);
  return out;
}

const std::string &plain() {
  static const std::string text = lines(100000, 9);
  return text;
}

/// stdout of the windows program over one file, and what it says.
Outcome windows(const std::string &input, std::vector<std::string> arguments = {},
                const std::string &out = "") {
  Folder own;
  return run("rt_windows", arguments, {{"IN", input}, {"OUT", out.empty() ? own.path() : out}});
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

std::string parallelism(int n) { return "--parallelism=" + std::to_string(n); }

} // namespace

TEST(Files, CompressedByContent) {
  Folder in;
  size_t half = plain().size() / 2;
  std::string a = plain().substr(0, half), b = plain().substr(half);
  write_file(in.path("plain"), plain());
  write_file(in.path("a.txt"), gzip(plain()));
  write_file(in.path("b"), zstd(plain()));
  write_file(in.path("c"), xz(plain()));
  write_file(in.path("d.gz"), gzip(a) + gzip(b)); // several members are one text
  write_file(in.path("e.zst"), zstd(a) + zstd(b));
  write_file(in.path("f.xz"), xz(a) + xz(b));
  write_file(in.path("g.gz"), gzip(plain()) + std::string(512, 0));
  std::string want = windows(in.path("plain")).out;
  for (const char *name : {"a.txt", "b", "c", "d.gz", "e.zst", "f.xz", "g.gz"})
    for (int n : {1, 3}) {
      Outcome o = windows(in.path(name), {parallelism(n)});
      EXPECT_EQ(o.code, 0) << name << o.err;
      EXPECT_TRUE(o.out == want) << name;
    }
}

TEST(Files, DamagedOnesAreErrors) {
  Folder in;
  struct {
    const char *name;
    std::string bytes;
  } all[] = {{"gz", gzip(plain())}, {"zst", zstd(plain())}, {"xz", xz(plain())}};
  for (auto &[name, bytes] : all)
    for (int n : {1, 3}) {
      for (size_t size : {bytes.size() - 1, bytes.size() / 2, size_t(12)}) {
        write_file(in.path(name), bytes.substr(0, size));
        Outcome o = windows(in.path(name), {parallelism(n)});
        EXPECT_EQ(o.code, 1);
        EXPECT_TRUE(contains(o.err, "error[R622 corrupt-input]: rows: `")) << o.err;
        EXPECT_TRUE(contains(o.err, "it ends too early")) << name << size << o.err;
      }
      std::string flipped = bytes;
      for (size_t i = 0; i < 8; ++i)
        flipped[flipped.size() / 2 + i] ^= 0x5A;
      write_file(in.path(name), flipped);
      Outcome o = windows(in.path(name), {parallelism(n)});
      EXPECT_EQ(o.code, 1) << name;
      EXPECT_TRUE(contains(o.err, "R622") || contains(o.err, "R601")) << o.err;
      write_file(in.path(name), bytes + "junk");
      EXPECT_EQ(windows(in.path(name), {parallelism(n)}).code, 1) << name;
    }
}

TEST(Files, LineOfABadRecordInACompressedFile) {
  Folder in;
  write_file(in.path("a.gz"), gzip(plain() + "x\n"));
  EXPECT_TRUE(contains(windows(in.path("a.gz")).err, "a.gz:100001 (byte "))
      << windows(in.path("a.gz")).err;
}

TEST(Files, PatternsAndDirectories) {
  Folder in;
  std::filesystem::create_directories(in.path("d/2020"));
  write_file(in.path("d/b.csv"), "1,5000,1\n");
  write_file(in.path("d/a.csv"), "2,5000,1");
  write_file(in.path("d/.hidden"), "x\n");
  write_file(in.path("d/_x"), "x\n");
  write_file(in.path("d/2020/c.csv"), "\xEF\xBB\xBF"
                                      "3,5000,1\r\n");
  EXPECT_TRUE(contains(windows(in.path("d")).err, "windows: 3 rows in"));
  EXPECT_TRUE(contains(windows(in.path("d/*.csv")).err, "windows: 2 rows in"));
  EXPECT_TRUE(contains(windows(in.path("d/*/[a-c].cs?")).err, "windows: 1 rows in"));
  EXPECT_TRUE(contains(windows(in.path("*/[!b]*")).err, "windows: 1 rows in"));
}

TEST(Files, Headers) {
  Folder in;
  std::filesystem::create_directories(in.path("d"));
  write_file(in.path("d/1"), "\xEF\xBB\xBFkey,\"time\",value\r\n1,5000,1\r\n");
  write_file(in.path("d/2"), "key,time,value\n");
  write_file(in.path("d/3"), "");
  write_file(in.path("d/4"), "key,time,value\n2,6000,1\n" + plain());
  write_file(in.path("d/5"), "key,time,value");
  for (int n : {1, 3}) {
    Outcome o = run("rt_windows_header", {parallelism(n)},
                    {{"IN", in.path("d")}, {"OUT", in.path("o" + std::to_string(n))}});
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_TRUE(contains(o.err, "100,002 rows in")) << o.err;
  }
  write_file(in.path("d/6"), "key,tme,value\nx\n");
  Outcome o = run("rt_windows_header", {}, {{"IN", in.path("d")}, {"OUT", in.path("o")}});
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(o.err, "R623 wrong-header]: rows: the header lacks `time`, has `tme`")) << o.err;
  EXPECT_TRUE(contains(o.err, "d/6:1\n")) << o.err;
  write_file(in.path("bad"), "key,time,value\n1,1,1\nx\n");
  o = run("rt_windows_header", {}, {{"IN", in.path("bad")}, {"OUT", in.path("o")}});
  EXPECT_TRUE(contains(o.err, "bad:3 (byte 21)")) << o.err;
  o = run("rt_windows_header_stdin", {}, {{"OUT", in.path("o")}}, "key,time,value\n1,1,1\nx\n");
  EXPECT_TRUE(contains(o.err, "stdin:3 (byte 21)")) << o.err;
}

TEST(Files, MissingOnes) {
  Folder in;
  write_file(in.path("flights.csv"), "");
  std::filesystem::create_directories(in.path("empty"));
  struct {
    std::string path, message;
  } all[] = {{"flight.csv", "error[R621 no-input]: rows: no such file or directory: `" +
                                in.path("flight.csv") + "`\n   = help: did you mean `" +
                                in.path("flights.csv") + "`?"},
             {"no/such.csv", "   = note: there is no `" + in.path("no") + "` either; `" +
                                 in.path() + "` is there"},
             {"*.json", "no file matches `"}};
  for (auto &[path, message] : all) {
    Outcome o = windows(in.path(path));
    EXPECT_EQ(o.code, 1);
    EXPECT_TRUE(contains(o.err, message)) << o.err;
  }
  Outcome unset = run("rt_windows", {}, {});
  EXPECT_EQ(unset.code, 1);
  EXPECT_TRUE(
      contains(unset.err, "error[R640 unset-variable]: `${IN}` in `source.rows.path` is not set"))
      << unset.err;
  EXPECT_EQ(windows(in.path("flights.csv")).code, 0); // an empty file has no rows
  EXPECT_EQ(windows(in.path("empty")).code, 0); // nor has an empty folder
}

TEST(Sinks, WhatAPipelinePublishedItMayReplace) {
  Folder in, out;
  write_file(in.path("a"), plain());
  EXPECT_EQ(windows(in.path("a"), {}, out.path()).code, 0);
  std::string first = read_file(out.path("totals.jsonl"));
  EXPECT_EQ(list(out.path()), ".dead.txt.levada .negative.csv.levada .totals.jsonl.levada dead.txt "
                              "late negative.csv totals.jsonl");
  EXPECT_EQ(list(out.path("late")), ".levada part-0-0.csv");
  EXPECT_EQ(read_file(out.path("negative.csv")).substr(0, 15), "key,time,value\n");
  EXPECT_EQ(windows(in.path("a"), {}, out.path()).code, 0);
  EXPECT_EQ(read_file(out.path("totals.jsonl")), first);
  // A run without late rows leaves no old part behind.
  write_file(in.path("b"), "1,1,1\n");
  EXPECT_EQ(windows(in.path("b"), {}, out.path()).code, 0);
  EXPECT_EQ(list(out.path("late")), ".levada");
}

TEST(Sinks, AnythingElseIsRefused) {
  Folder in, out;
  write_file(in.path("a"), plain());
  write_file(out.path("totals.jsonl"), "mine\n");
  Outcome o = windows(in.path("a"), {}, out.path());
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(
      o.err, "error[R631 output-exists]: totals: this pipeline did not write what is at `"))
      << o.err;
  EXPECT_TRUE(contains(o.err, "--overwrite replaces it, --append adds to it")) << o.err;
  EXPECT_EQ(list(out.path()), "totals.jsonl");
  EXPECT_EQ(read_file(out.path("totals.jsonl")), "mine\n");

  EXPECT_EQ(windows(in.path("a"), {"--append"}, out.path()).code, 0);
  std::string appended = read_file(out.path("totals.jsonl"));
  EXPECT_EQ(appended.substr(0, 6), "mine\n{");
  EXPECT_EQ(windows(in.path("a"), {"--append"}, out.path()).code, 0);
  EXPECT_EQ(list(out.path("late")), ".levada part-0-0.csv part-0-1.csv");

  write_file(out.path("totals.jsonl"), "mine again\n");
  o = windows(in.path("a"), {}, out.path());
  EXPECT_TRUE(contains(o.err, "changed since this pipeline published it")) << o.err;
  EXPECT_EQ(windows(in.path("a"), {"--overwrite"}, out.path()).code, 0);
  EXPECT_EQ("mine\n" + read_file(out.path("totals.jsonl")), appended);
}

TEST(Sinks, WhatAnotherPipelinePublished) {
  Folder in, out;
  write_file(in.path("a"), plain());
  EXPECT_EQ(windows(in.path("a"), {}, out.path()).code, 0);
  Outcome o = run("rt_union", {"--set=sink.counts.path=" + out.path("totals.jsonl")},
                  {{"A", in.path("a")}, {"B", in.path("a")}, {"OUT", out.path()}});
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(
      contains(o.err, "R631 output-exists]: counts: this pipeline did not write what is at `"))
      << o.err;
  EXPECT_TRUE(contains(o.err, "note: there is a result of another pipeline: windows, sink totals"))
      << o.err;
}

TEST(Sinks, DirectoriesWithOtherThings) {
  Folder in, out;
  write_file(in.path("a"), plain());
  std::filesystem::create_directories(out.path("late"));
  write_file(out.path("late/thesis.doc"), "x");
  Outcome o = windows(in.path("a"), {}, out.path());
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(o.err, "late: this pipeline did not write `")) << o.err;
  o = windows(in.path("a"), {"--overwrite"}, out.path());
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(o.err, "is not a part file")) << o.err;
  EXPECT_EQ(list(out.path("late")), "thesis.doc");
}

TEST(Sinks, AFailedRunLeavesWhatWasThere) {
  Folder in, out;
  write_file(in.path("a"), plain());
  write_file(in.path("bad"), plain() + "x\n");
  EXPECT_EQ(windows(in.path("a"), {}, out.path()).code, 0);
  std::string totals = read_file(out.path("totals.jsonl")), names = list(out.path());
  EXPECT_EQ(windows(in.path("bad"), {}, out.path()).code, 1);
  EXPECT_EQ(read_file(out.path("totals.jsonl")), totals);
  EXPECT_EQ(list(out.path()), names);
  Folder fresh;
  EXPECT_EQ(windows(in.path("bad"), {}, fresh.path("x/y")).code, 1);
  EXPECT_EQ(list(fresh.path()), "");
}

TEST(Sinks, LeftoversOfAKilledRunAreTakenOver) {
  Folder out, folder;
  signal(SIGPIPE, SIG_IGN);
  Process process = start("rt_windows_stdin", {}, {{"OUT", out.path()}}, folder);
  ASSERT_GT(write(process.in, plain().data(), 50000), 0);
  char byte;
  ASSERT_EQ(read(process.out, &byte, 1), 1); // it is at work
  EXPECT_TRUE(exists(out.path(".totals.jsonl.inprogress")));
  Outcome second = run("rt_windows_stdin", {}, {{"OUT", out.path()}}, plain());
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(contains(second.err, "error[R632 output-in-use]")) << second.err;
  kill(process.pid, SIGKILL);
  finish(process);
  EXPECT_TRUE(exists(out.path(".totals.jsonl.inprogress")));
  EXPECT_EQ(run("rt_windows_stdin", {}, {{"OUT", out.path()}}, plain()).code, 0);
  EXPECT_FALSE(exists(out.path(".totals.jsonl.inprogress")));
  EXPECT_TRUE(exists(out.path("totals.jsonl")));
}

TEST(Sinks, NoSpace) {
  Folder in;
  write_file(in.path("a"), plain());
  Outcome o = run("rt_windows", {"--set", "sink.totals.path=/dev/full"},
                  {{"IN", in.path("a")}, {"OUT", in.path("o")}});
  EXPECT_EQ(o.code, 1);
  EXPECT_TRUE(contains(
      o.err,
      "error[R630 unwritable-output]: totals: cannot write `/dev/full`: No space left on device"))
      << o.err;
  EXPECT_EQ(list(in.path()), "a");
}

TEST(Streams, RowsComeAsSoonAsTheyAreKnown) {
  signal(SIGPIPE, SIG_IGN);
  for (int n : {1, 3}) {
    Folder out, folder;
    Process process = start("rt_windows_stdin", {parallelism(n)}, {{"OUT", out.path()}}, folder);
    for (int round = 1; round <= 3; ++round) {
      std::string two = "7," + std::to_string(round * 10000) + ",1\n7," +
                        std::to_string(round * 10000 + 2000) + ",1\n";
      ASSERT_EQ(write(process.in, two.data(), two.size()), ssize_t(two.size()));
      pollfd fd = {process.out, POLLIN, 0};
      ASSERT_EQ(poll(&fd, 1, 10000), 1) << "no row in round " << round;
      char bytes[1000];
      EXPECT_GT(read(process.out, bytes, sizeof bytes), 0);
    }
    EXPECT_EQ(finish(process).code, 0);
  }
}

TEST(Streams, TerminateStopsReadingAndPublishes) {
  signal(SIGPIPE, SIG_IGN);
  for (int n : {1, 3}) {
    Folder out, folder;
    Process process = start("rt_windows_stdin", {parallelism(n)}, {{"OUT", out.path()}}, folder);
    std::string text = "7,1000,1\n7,9000,1\n";
    ASSERT_GT(write(process.in, text.data(), text.size()), 0);
    char byte;
    ASSERT_EQ(read(process.out, &byte, 1), 1);
    kill(process.pid, SIGTERM);
    int status = -1;
    ASSERT_EQ(waitpid(process.pid, &status, 0), process.pid); // its input is still open
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    close(process.in);
    close(process.out);
    EXPECT_TRUE(contains(read_file(process.err_path), "stopped before the end of input"))
        << read_file(process.err_path);
    EXPECT_TRUE(exists(out.path("totals.jsonl")));
  }
}

TEST(Streams, TheReaderOfStdoutGoes) {
  Folder in, out, folder;
  write_file(in.path("a"), plain());
  signal(SIGPIPE, SIG_IGN);
  for (int n : {1, 3}) {
    Process process =
        start("rt_windows", {parallelism(n)}, {{"IN", in.path("a")}, {"OUT", out.path()}}, folder);
    close(process.out);
    close(process.in);
    int status = 0;
    waitpid(process.pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) << status;
    EXPECT_EQ(read_file(process.err_path), "");
    EXPECT_EQ(list(out.path()), "");
  }
}

TEST(Streams, ARecordLongerThanAChunk) {
  Folder in;
  std::string one(3 << 20, '1');
  write_file(in.path("a"), "1,1,1\n" + one + "\n1,2,2\n");
  Outcome o = run("rt_windows_dead", {}, {{"IN", in.path("a")}, {"OUT", in.path("o")}});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_TRUE(contains(o.err, "3 rows in")) << o.err;
  EXPECT_TRUE(contains(o.err, "1 bad")) << o.err;
}

TEST(CommandLine, Usage) {
  struct {
    std::vector<std::string> arguments;
    const char *message;
  } all[] = {{{"--paralelism", "2"},
              "error: no option `--paralelism`\n   = help: did you mean `--parallelism`?\n"},
             {{"--parallelism", "0"}, "`--parallelism 0`: a number from 1 to 128"},
             {{"--parallelism"}, "`--parallelism` lacks its N"},
             {{"--checkpoint-interval", "soon"}, "a time such as 500ms, 10s or 5min"},
             {{"--memory", "lots"}, "`--memory lots`"},
             {{"--memory", "1MB"}, "`--memory 1MB` is too little"},
             {{"--memory", "1KB"}, "`--memory 1KB` is too little"},
             {{"savepoint"}, "`savepoint` lacks its DIR"},
             {{"savepiont", "d"}, "no command `savepiont`"},
             {{"inspct"}, "did you mean `inspect`?"},
             {{"--overwrite", "--append"}, "exclude each other"},
             {{"--set", "source.rows.pth=x"},
              "no run-time option `source.rows.pth`\n   = help: did you mean `source.rows.path`?"},
             {{"--set", "source.rows.path"}, "has no value"},
             {{"--log", "xml"}, "text or json"}};
  for (auto &[arguments, message] : all) {
    Outcome o = run("rt_windows", arguments, {});
    EXPECT_EQ(o.code, 2);
    EXPECT_TRUE(contains(o.err, message)) << o.err;
    EXPECT_EQ(o.out, "");
  }
  EXPECT_TRUE(contains(run("rt_windows", {"--help"}, {}).out, "source.rows.path=${IN}"));
  EXPECT_EQ(run("rt_windows", {"--version"}, {}).out, "windows f00d (levada test)\n");
  EXPECT_TRUE(contains(run("rt_windows", {"inspect"}, {}).out, "state per_key: 24 bytes a key"));
}

TEST(CommandLine, LedgerAsJson) {
  Folder in;
  write_file(in.path("a"), "1,1000,5\n1,9000,6\n1,1,7\n1,9000,-1\n");
  Outcome o = run("rt_windows", {"--log", "json"}, {{"IN", in.path("a")}, {"OUT", in.path("o")}});
  EXPECT_EQ(o.code, 0);
  EXPECT_TRUE(contains(
      o.err,
      "{\"level\":\"info\",\"operator\":\"per_key\",\"kind\":\"aggregate\",\"in\":3,\"passed\":0,"
      "\"filtered\":0,\"absorbed\":2,\"late\":1,\"bad\":0,\"made\":2}\n"))
      << o.err;
  EXPECT_TRUE(contains(o.err, "{\"level\":\"info\",\"run\":\"windows\",\"result\":\"finished\","
                              "\"in\":4,\"made\":4,\"passed\":6,"))
      << o.err;
}

TEST(Streams, ManyBadLinesAreCountedOnce) {
  // Each asks for its line number: 3 million newlines, not 3 million squared.
  Folder in;
  write_file(in.path("a"), std::string(3 << 20, '\n'));
  Outcome o = run("rt_windows_dead", {}, {{"IN", in.path("a")}, {"OUT", in.path("o")}});
  EXPECT_EQ(o.code, 0) << o.err;
  std::string dead = read_file(in.path("o/dead.txt"));
  EXPECT_TRUE(contains(dead.substr(dead.size() - 90), "|3145727|3145728||R601|"))
      << dead.substr(dead.size() - 90);
}
