//===- ext_hash.cpp - MD5, SHA-1, SHA-2, as hexadecimal --------------------===//
#include "stdlib/build.h"

#include <string.h>

using namespace levada::text;

namespace {

uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }
uint32_t rotateRight(uint32_t x, int n) { return x >> n | x << (32 - n); }
uint64_t rotateRight(uint64_t x, int n) { return x >> n | x << (64 - n); }

template <typename Word> Word bigEnd(const uint8_t *p) {
  Word value = 0;
  for (size_t i = 0; i < sizeof(Word); ++i)
    value = Word(value << 8) | p[i];
  return value;
}

/// Feeds the message and its padding to `block` in pieces of `Size` bytes; the
/// length in bits ends the last, in `LengthSize` bytes.
template <size_t Size, size_t LengthSize, typename Block>
void blocks(const levada_str &s, bool big, Block block) {
  auto *p = reinterpret_cast<const uint8_t *>(levada_data(s));
  uint64_t n = s.len;
  for (; n >= Size; n -= Size, p += Size)
    block(p);
  uint8_t last[2 * Size] = {0};
  memcpy(last, p, n);
  last[n] = 0x80;
  uint64_t total = n + 1 + LengthSize <= Size ? Size : 2 * Size, bits = uint64_t(s.len) * 8;
  for (int i = 0; i < 8; ++i)
    last[big ? total - 1 - i : total - 8 + i] = uint8_t(bits >> (8 * i));
  for (uint64_t at = 0; at < total; at += Size)
    block(last + at);
}

constexpr uint32_t kMd5[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr uint8_t kMd5Turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

void md5(const levada_str &s, uint8_t *digest) {
  uint32_t h[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  blocks<64, 8>(s, false, [&](const uint8_t *p) {
    uint32_t w[16], a = h[0], b = h[1], c = h[2], d = h[3];
    memcpy(w, p, 64);
    for (int i = 0; i < 64; ++i) {
      uint32_t f;
      int g;
      if (i < 16)
        f = (b & c) | (~b & d), g = i;
      else if (i < 32)
        f = (d & b) | (~d & c), g = (5 * i + 1) & 15;
      else if (i < 48)
        f = b ^ c ^ d, g = (3 * i + 5) & 15;
      else
        f = c ^ (b | ~d), g = (7 * i) & 15;
      uint32_t next = b + rotate(a + f + kMd5[i] + w[g], kMd5Turns[i / 16][i % 4]);
      a = d, d = c, c = b, b = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d;
  });
  memcpy(digest, h, 16);
}

void sha1(const levada_str &s, uint8_t *digest) {
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  blocks<64, 8>(s, true, [&](const uint8_t *p) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 80; ++i)
      w[i] = i < 16 ? bigEnd<uint32_t>(p + 4 * i)
                    : rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; ++i) {
      uint32_t f = i < 20 ? (b & c) | (~b & d)
                   : i >= 40 && i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
      uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      uint32_t next = rotate(a, 5) + f + e + k + w[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  });
  for (int i = 0; i < 20; ++i)
    digest[i] = uint8_t(h[i / 4] >> (24 - 8 * (i % 4)));
}

/// Fractions of the cube roots of the first primes; SHA-256 takes the upper halves.
constexpr uint64_t kSha[80] = {
    0x428a2f98d728ae22ull, 0x7137449123ef65cdull, 0xb5c0fbcfec4d3b2full, 0xe9b5dba58189dbbcull,
    0x3956c25bf348b538ull, 0x59f111f1b605d019ull, 0x923f82a4af194f9bull, 0xab1c5ed5da6d8118ull,
    0xd807aa98a3030242ull, 0x12835b0145706fbeull, 0x243185be4ee4b28cull, 0x550c7dc3d5ffb4e2ull,
    0x72be5d74f27b896full, 0x80deb1fe3b1696b1ull, 0x9bdc06a725c71235ull, 0xc19bf174cf692694ull,
    0xe49b69c19ef14ad2ull, 0xefbe4786384f25e3ull, 0x0fc19dc68b8cd5b5ull, 0x240ca1cc77ac9c65ull,
    0x2de92c6f592b0275ull, 0x4a7484aa6ea6e483ull, 0x5cb0a9dcbd41fbd4ull, 0x76f988da831153b5ull,
    0x983e5152ee66dfabull, 0xa831c66d2db43210ull, 0xb00327c898fb213full, 0xbf597fc7beef0ee4ull,
    0xc6e00bf33da88fc2ull, 0xd5a79147930aa725ull, 0x06ca6351e003826full, 0x142929670a0e6e70ull,
    0x27b70a8546d22ffcull, 0x2e1b21385c26c926ull, 0x4d2c6dfc5ac42aedull, 0x53380d139d95b3dfull,
    0x650a73548baf63deull, 0x766a0abb3c77b2a8ull, 0x81c2c92e47edaee6ull, 0x92722c851482353bull,
    0xa2bfe8a14cf10364ull, 0xa81a664bbc423001ull, 0xc24b8b70d0f89791ull, 0xc76c51a30654be30ull,
    0xd192e819d6ef5218ull, 0xd69906245565a910ull, 0xf40e35855771202aull, 0x106aa07032bbd1b8ull,
    0x19a4c116b8d2d0c8ull, 0x1e376c085141ab53ull, 0x2748774cdf8eeb99ull, 0x34b0bcb5e19b48a8ull,
    0x391c0cb3c5c95a63ull, 0x4ed8aa4ae3418acbull, 0x5b9cca4f7763e373ull, 0x682e6ff3d6b2b8a3ull,
    0x748f82ee5defb2fcull, 0x78a5636f43172f60ull, 0x84c87814a1f0ab72ull, 0x8cc702081a6439ecull,
    0x90befffa23631e28ull, 0xa4506cebde82bde9ull, 0xbef9a3f7b2c67915ull, 0xc67178f2e372532bull,
    0xca273eceea26619cull, 0xd186b8c721c0c207ull, 0xeada7dd6cde0eb1eull, 0xf57d4f7fee6ed178ull,
    0x06f067aa72176fbaull, 0x0a637dc5a2c898a6ull, 0x113f9804bef90daeull, 0x1b710b35131c471bull,
    0x28db77f523047d84ull, 0x32caab7b40c72493ull, 0x3c9ebe0a15c9bebcull, 0x431d67c49c100d4cull,
    0x4cc5d4becb3e42b6ull, 0x597f299cfc657e2aull, 0x5fcb6fab3ad6faecull, 0x6c44198c4a475817ull,
};

template <typename Word> struct Sha;
template <> struct Sha<uint32_t> {
  static constexpr int rounds = 64, size = 64, length = 8;
  static constexpr int a[3] = {2, 13, 22}, e[3] = {6, 11, 25}, w0[3] = {7, 18, 3}, w1[3] = {17, 19, 10};
  static uint32_t k(int i) { return uint32_t(kSha[i] >> 32); }
};
template <> struct Sha<uint64_t> {
  static constexpr int rounds = 80, size = 128, length = 16;
  static constexpr int a[3] = {28, 34, 39}, e[3] = {14, 18, 41}, w0[3] = {1, 8, 7}, w1[3] = {19, 61, 6};
  static uint64_t k(int i) { return kSha[i]; }
};

template <typename Word>
void sha2(const levada_str &s, const Word (&start)[8], uint8_t *digest) {
  using S = Sha<Word>;
  Word h[8];
  memcpy(h, start, sizeof h);
  blocks<S::size, S::length>(s, true, [&](const uint8_t *p) {
    Word w[S::rounds], v[8];
    memcpy(v, h, sizeof v);
    for (int i = 0; i < S::rounds; ++i) {
      if (i < 16) {
        w[i] = bigEnd<Word>(p + sizeof(Word) * i);
        continue;
      }
      Word x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] +
             (rotateRight(x, S::w0[0]) ^ rotateRight(x, S::w0[1]) ^ (x >> S::w0[2])) +
             (rotateRight(y, S::w1[0]) ^ rotateRight(y, S::w1[1]) ^ (y >> S::w1[2]));
    }
    for (int i = 0; i < S::rounds; ++i) {
      Word a = v[0], e = v[4];
      Word t1 = v[7] +
                (rotateRight(e, S::e[0]) ^ rotateRight(e, S::e[1]) ^ rotateRight(e, S::e[2])) +
                ((e & v[5]) ^ (~e & v[6])) + S::k(i) + w[i];
      Word t2 = (rotateRight(a, S::a[0]) ^ rotateRight(a, S::a[1]) ^ rotateRight(a, S::a[2])) +
                ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
      for (int k = 7; k > 0; --k)
        v[k] = v[k - 1];
      v[4] += t1;
      v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; ++i)
      h[i] += v[i];
  });
  for (size_t i = 0; i < sizeof h; ++i)
    digest[i] = uint8_t(h[i / sizeof(Word)] >> (8 * (sizeof(Word) - 1 - i % sizeof(Word))));
}

constexpr uint32_t kSha224[8] = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31,
    0x68581511, 0x64f98fa7, 0xbefa4fa4};
constexpr uint32_t kSha256[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
    0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr uint64_t kSha384[8] = {0xcbbb9d5dc1059ed8ull, 0x629a292a367cd507ull,
    0x9159015a3070dd17ull, 0x152fecd8f70e5939ull, 0x67332667ffc00b31ull, 0x8eb44a8768581511ull,
    0xdb0c2e0d64f98fa7ull, 0x47b5481dbefa4fa4ull};
constexpr uint64_t kSha512[8] = {0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull,
    0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull, 0x510e527fade682d1ull, 0x9b05688c2b3e6c1full,
    0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull};

levada_status hash(levada_ctx *ctx, const levada_str &s, int32_t kind, levada_str *out) {
  uint8_t digest[64];
  int32_t size;
  switch (kind) {
  case 5:
    md5(s, digest), size = 16;
    break;
  case 1:
    sha1(s, digest), size = 20;
    break;
  case 224:
    sha2(s, kSha224, digest), size = 28;
    break;
  case 256:
    sha2(s, kSha256, digest), size = 32;
    break;
  case 384:
    sha2(s, kSha384, digest), size = 48;
    break;
  case 512:
    sha2(s, kSha512, digest), size = 64;
    break;
  default:
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "SHA2: the bits must be 224, 256, 384 or 512");
  }
  char text[128];
  for (int32_t i = 0; i < size; ++i) {
    text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  *out = keep(ctx, text, uint64_t(2 * size));
  return LEVADA_VALUE;
}

} // namespace

extern "C" {

#define LEVADA_HASH(NAME, SYMBOL, KIND, T)                                     \
  LEVADA_FN(NAME, pure)                                                        \
  levada_status levada_fn_##SYMBOL(levada_ctx *ctx, const T &s, levada_str *out) { \
    return hash(ctx, s, KIND, out);                                            \
  }
/// MD5 of `s`, in hexadecimal.
LEVADA_HASH("MD5", md5, 5, levada_str)
/// MD5 of `s`, in hexadecimal.
LEVADA_HASH("MD5", md5_bytes, 5, levada_bytes)
/// SHA1 of `s`, in hexadecimal.
LEVADA_HASH("SHA1", sha1, 1, levada_str)
/// SHA1 of `s`, in hexadecimal.
LEVADA_HASH("SHA1", sha1_bytes, 1, levada_bytes)
/// SHA224 of `s`, in hexadecimal.
LEVADA_HASH("SHA224", sha224, 224, levada_str)
/// SHA224 of `s`, in hexadecimal.
LEVADA_HASH("SHA224", sha224_bytes, 224, levada_bytes)
/// SHA256 of `s`, in hexadecimal.
LEVADA_HASH("SHA256", sha256, 256, levada_str)
/// SHA256 of `s`, in hexadecimal.
LEVADA_HASH("SHA256", sha256_bytes, 256, levada_bytes)
/// SHA384 of `s`, in hexadecimal.
LEVADA_HASH("SHA384", sha384, 384, levada_str)
/// SHA384 of `s`, in hexadecimal.
LEVADA_HASH("SHA384", sha384_bytes, 384, levada_bytes)
/// SHA512 of `s`, in hexadecimal.
LEVADA_HASH("SHA512", sha512, 512, levada_str)
/// SHA512 of `s`, in hexadecimal.
LEVADA_HASH("SHA512", sha512_bytes, 512, levada_bytes)
/// SHA-2 of `s` with 224, 256, 384 or 512 bits, in hexadecimal.
LEVADA_FN("SHA2", pure | fails)
levada_status levada_fn_sha2(levada_ctx *ctx, const levada_str &s, int32_t bits, levada_str *out) {
  return hash(ctx, s, bits < 224 ? 0 : bits, out);
}
/// SHA-2 of `s` with 224, 256, 384 or 512 bits, in hexadecimal.
LEVADA_FN("SHA2", pure | fails)
levada_status levada_fn_sha2_bytes(levada_ctx *ctx, const levada_bytes &s, int32_t bits,
                                   levada_str *out) {
  return hash(ctx, s, bits < 224 ? 0 : bits, out);
}

} // extern "C"
