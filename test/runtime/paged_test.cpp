// Blocks of memory that stand in a file: what the process has of them is bounded.
#include "runtime/core/arena.h"

#include <gtest/gtest.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace levada::rt;

namespace {

constexpr uint64_t MB = 1 << 20;
constexpr uint64_t FROM = 2 * MB, SHARE = 4 * MB;

struct Folder {
  char path[64] = "/tmp/paged-XXXXXX";
  Folder() { EXPECT_NE(mkdtemp(path), nullptr); }
  ~Folder() { EXPECT_EQ(rmdir(path), 0); } // there is nothing in it
};

/// In a process of its own: it begins once.
template <typename Body> void alone(Body body) {
  EXPECT_EXIT(
      {
        body();
        _exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

uint64_t resident() {
  FILE *file = fopen("/proc/self/statm", "r");
  unsigned long long all = 0, here = 0;
  EXPECT_EQ(fscanf(file, "%llu %llu", &all, &here), 2);
  fclose(file);
  return here * 4096;
}

uint64_t word(uint64_t i) { return i * 0x9e3779b97f4a7c15; }

void fill(char *at, uint64_t from, uint64_t to) {
  for (uint64_t i = from / 8; i < to / 8; ++i)
    reinterpret_cast<uint64_t *>(at)[i] = word(i);
}

bool holds(const char *at, uint64_t size) {
  for (uint64_t i = 0; i < size / 8; ++i)
    if (reinterpret_cast<const uint64_t *>(at)[i] != word(i))
      return false;
  return true;
}

int full_after;
int full(int file, int mode, long at, long size) {
  if (full_after-- > 0)
    return fallocate(file, mode, at, size);
  errno = ENOSPC;
  return -1;
}

} // namespace

TEST(Paged, NoneWithoutALimit) {
  alone([] {
    auto *block = static_cast<char *>(must_alloc(64 * MB));
    EXPECT_FALSE(is_paged(block));
    block = static_cast<char *>(must_realloc(block, 65 * MB));
    EXPECT_FALSE(is_paged(block));
    must_free(block);
    char *asked = paged_alloc(MB);
    EXPECT_FALSE(is_paged(asked));
    must_free(asked);
    EXPECT_EQ(paged_most(), 0u);
  });
}

TEST(Paged, SmallBlocksAreOfTheHeap) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    void *small = must_alloc(FROM - 1), *large = must_alloc(FROM);
    EXPECT_FALSE(is_paged(small));
    EXPECT_TRUE(is_paged(large));
    void *plain = plain_alloc(8 * FROM);
    EXPECT_FALSE(is_paged(plain));
    for (void *one : {small, large, plain})
      must_free(one);
  });
}

TEST(Paged, GrowsAndKeepsItsBytes) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    // From the heap, in its place, and to others.
    uint64_t size = 4096;
    auto *block = static_cast<char *>(must_alloc(size));
    fill(block, 0, size);
    for (uint64_t next = size * 2; next <= 256 * MB; next *= 2) {
      block = static_cast<char *>(must_realloc(block, next));
      EXPECT_EQ(is_paged(block), next >= FROM);
      fill(block, size, next);
      size = next;
    }
    EXPECT_TRUE(holds(block, size));
    EXPECT_EQ(paged_bytes(), size);
    block = static_cast<char *>(must_realloc(block, 16 * MB)); // smaller
    EXPECT_TRUE(holds(block, 16 * MB));
    must_free(block);
    EXPECT_EQ(paged_bytes(), 0u);
  });
}

TEST(Paged, WhatTheProcessHasIsBounded) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    uint64_t before = resident(), most = 0;
    const uint64_t size = 256 * MB;
    auto *block = static_cast<char *>(must_alloc(size));
    for (uint64_t at = 0; at < size; at += MB) {
      fill(block, at, at + MB);
      most = std::max(most, resident());
    }
    EXPECT_TRUE(holds(block, size));
    most = std::max(most, resident());
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) // shadows count
    EXPECT_LT(most, before + 32 * MB); // by a thread, on a machine that may be busy
#endif
    must_free(block);
  });
}

TEST(Paged, CopyIsBoundedByItself) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    char *from = paged_alloc(64 * MB), *to = paged_alloc(64 * MB);
    fill(from, 0, 64 * MB);
    paged_copy(to, from, 64 * MB);
    EXPECT_TRUE(holds(to, 64 * MB));
    must_free(from);
    must_free(to);
  });
}

TEST(Paged, BlocksOfAnySizeComeBack) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    std::vector<char *> blocks;
    for (int round = 0; round < 3; ++round) {
      for (uint64_t i = 0; i < 300; ++i) {
        blocks.push_back(paged_alloc((i % 5 + 1) * (200 << 10)));
        EXPECT_TRUE(is_paged(blocks.back()));
        *reinterpret_cast<uint64_t *>(blocks.back()) = i;
      }
      for (uint64_t i = 0; i < blocks.size(); ++i)
        EXPECT_EQ(*reinterpret_cast<uint64_t *>(blocks[i]), i);
      for (char *one : blocks)
        must_free(one);
      blocks.clear();
      EXPECT_EQ(paged_bytes(), 0u);
    }
  });
}

TEST(Paged, FreedSpaceGoesBackToTheDisk) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    char *block = paged_alloc(128 * MB);
    fill(block, 0, 128 * MB);
    must_free(block);
    uint64_t space = 0; // of the file without a name
    DIR *all = opendir("/proc/self/fd");
    while (dirent *entry = readdir(all)) {
      struct stat status;
      char path[4096];
      ssize_t size = readlinkat(dirfd(all), entry->d_name, path, sizeof path);
      if (size > 0 && std::string(path, size_t(size)).find(folder.path) == 0 &&
          fstat(atoi(entry->d_name), &status) == 0)
        space += uint64_t(status.st_blocks) * 512;
    }
    closedir(all);
    EXPECT_LT(space, 33 * MB);
  });
}

TEST(Paged, ManyThreads) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    std::vector<std::thread> threads;
    for (uint64_t t = 0; t < 4; ++t)
      threads.emplace_back([t] {
        for (uint64_t round = 0; round < 20; ++round) {
          auto *block = static_cast<char *>(must_alloc(FROM));
          memset(block, int(t), FROM);
          block = static_cast<char *>(must_realloc(block, 3 * FROM));
          for (uint64_t i = 0; i < FROM; i += 4096)
            ASSERT_EQ(block[i], char(t));
          must_free(block);
        }
      });
    for (auto &thread : threads)
      thread.join();
    EXPECT_EQ(paged_bytes(), 0u);
  });
}

TEST(Paged, AFullDiskIsNoBusError) {
  Folder folder;
  alone([&] {
    full_after = 2;
    paged_begin(folder.path, FROM, SHARE, full);
    char *first = paged_alloc(FROM);
    EXPECT_TRUE(is_paged(first));
    auto *grown = static_cast<char *>(must_alloc(FROM));
    fill(grown, 0, FROM);
    grown = static_cast<char *>(must_realloc(grown, 3 * FROM)); // no space: of the heap
    EXPECT_FALSE(is_paged(grown));
    EXPECT_TRUE(holds(grown, FROM));
    EXPECT_EQ(paged_failed(), ENOSPC);
    char *later = paged_alloc(FROM);
    EXPECT_FALSE(is_paged(later));
    memset(later, 1, FROM);
    must_free(first);
    must_free(grown);
    must_free(later);
  });
}

TEST(Paged, NoFolder) {
  alone([] {
    paged_begin("/nowhere", FROM, SHARE);
    void *block = must_alloc(FROM);
    EXPECT_FALSE(is_paged(block));
    EXPECT_EQ(paged_failed(), ENOENT);
    EXPECT_STREQ(paged_folder(), "/nowhere");
    must_free(block);
  });
}

TEST(Paged, ArenasCountWhatIsOfTheHeap) {
  Folder folder;
  alone([&] {
    paged_begin(folder.path, FROM, SHARE);
    levada_arena arena = {};
    char *small = arena_grow(&arena, 100), *large = arena_grow(&arena, 4 * FROM);
    EXPECT_FALSE(is_paged(small));
    EXPECT_TRUE(is_paged(large));
    EXPECT_LT(arena_bytes(&arena), 1024u);
    arena_free(&arena);
    EXPECT_EQ(paged_bytes(), 0u);
  });
}
