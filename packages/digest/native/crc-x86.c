#include "crc-x86.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Folding: a 128-bit accumulator stands for the bytes read so far. To move it forward by D bits, over bytes not yet
// read, it is multiplied by x^D modulo the polynomial: its first half, which is 64 bits further from the end, by x^(D +
// 64), its second by x^D. The bytes at the new position are added. The final 16 bytes, which stand for all input, go
// through the table.
//
// Each kernel keeps four accumulators, so that multiplications need not wait for one another.

#define ACCUMULATORS 4

#define PCLMUL __attribute__((target("pclmul,sse4.1")))
#define VPCLMUL256 __attribute__((target("pclmul,avx2,vpclmulqdq")))
#define VPCLMUL512 __attribute__((target("pclmul,avx2,avx512f,vpclmulqdq")))

PCLMUL static inline __m128i load_128(const uint8_t *data) { return _mm_loadu_si128((const __m128i *)data); }

PCLMUL static inline __m128i pair_128(struct crc_factors f) {
  return _mm_set_epi64x((long long)f.second, (long long)f.first);
}

PCLMUL static inline __m128i fold_128(__m128i sum, __m128i factors, __m128i next) {
  return _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(sum, factors, 0x00),
                                           _mm_clmulepi64_si128(sum, factors, 0x11)));
}

// The part after the wide loop: the rest 16 bytes at a time, then the table.
PCLMUL static inline uint64_t finish_128(const struct crc *crc, __m128i sum, const uint8_t *data, size_t length) {
  __m128i factors = pair_128(crc->by_128);
  for (; length >= 16; data += 16, length -= 16) sum = fold_128(sum, factors, load_128(data));
  uint8_t last[16];
  _mm_storeu_si128((__m128i *)last, sum);
  return crc_table(crc, crc_table(crc, 0, last, sizeof last), data, length);
}

PCLMUL static uint64_t run_pclmul(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length) {
  enum { STEP = 16 * ACCUMULATORS };
  if (length < STEP) return crc_table(crc, reg, data, length);
  __m128i sum[ACCUMULATORS];
  for (int i = 0; i < ACCUMULATORS; i++) sum[i] = load_128(data + 16 * i);
  sum[0] = _mm_xor_si128(sum[0], _mm_cvtsi64_si128((long long)reg));
  __m128i factors = pair_128(crc->by_512);
  for (data += STEP, length -= STEP; length >= STEP; data += STEP, length -= STEP) {
    for (int i = 0; i < ACCUMULATORS; i++) sum[i] = fold_128(sum[i], factors, load_128(data + 16 * i));
  }
  factors = pair_128(crc->by_128);
  for (int i = 1; i < ACCUMULATORS; i++) sum[i] = fold_128(sum[i - 1], factors, sum[i]);
  return finish_128(crc, sum[ACCUMULATORS - 1], data, length);
}

VPCLMUL256 static inline __m256i load_256(const uint8_t *data) { return _mm256_loadu_si256((const __m256i *)data); }

VPCLMUL256 static inline __m256i fold_256(__m256i sum, __m256i factors, __m256i next) {
  return _mm256_xor_si256(next, _mm256_xor_si256(_mm256_clmulepi64_epi128(sum, factors, 0x00),
                                                 _mm256_clmulepi64_epi128(sum, factors, 0x11)));
}

VPCLMUL256 static uint64_t run_vpclmul_256(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length) {
  enum { STEP = 32 * ACCUMULATORS };
  if (length < STEP) return run_pclmul(crc, reg, data, length);
  __m256i sum[ACCUMULATORS];
  for (int i = 0; i < ACCUMULATORS; i++) sum[i] = load_256(data + 32 * i);
  sum[0] = _mm256_xor_si256(sum[0], _mm256_set_epi64x(0, 0, 0, (long long)reg));
  __m256i factors = _mm256_broadcastsi128_si256(pair_128(crc->by_1024));
  for (data += STEP, length -= STEP; length >= STEP; data += STEP, length -= STEP) {
    for (int i = 0; i < ACCUMULATORS; i++) sum[i] = fold_256(sum[i], factors, load_256(data + 32 * i));
  }
  factors = _mm256_broadcastsi128_si256(pair_128(crc->by_256));
  for (int i = 1; i < ACCUMULATORS; i++) sum[i] = fold_256(sum[i - 1], factors, sum[i]);
  __m128i first = _mm256_castsi256_si128(sum[ACCUMULATORS - 1]);
  __m128i second = _mm256_extracti128_si256(sum[ACCUMULATORS - 1], 1);
  return finish_128(crc, fold_128(first, pair_128(crc->by_128), second), data, length);
}

VPCLMUL512 static inline __m512i load_512(const uint8_t *data) { return _mm512_loadu_si512((const void *)data); }

VPCLMUL512 static inline __m512i pair_512(struct crc_factors f) { return _mm512_broadcast_i32x4(pair_128(f)); }

VPCLMUL512 static inline __m512i fold_512(__m512i sum, __m512i factors, __m512i next) {
  return _mm512_ternarylogic_epi64(next, _mm512_clmulepi64_epi128(sum, factors, 0x00),
                                   _mm512_clmulepi64_epi128(sum, factors, 0x11), 0x96);
}

VPCLMUL512 static uint64_t run_vpclmul_512(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length) {
  enum { STEP = 64 * ACCUMULATORS };
  if (length < STEP) return run_pclmul(crc, reg, data, length);
  __m512i sum[ACCUMULATORS];
  for (int i = 0; i < ACCUMULATORS; i++) sum[i] = load_512(data + 64 * i);
  sum[0] = _mm512_xor_si512(sum[0], _mm512_set_epi64(0, 0, 0, 0, 0, 0, 0, (long long)reg));
  __m512i factors = pair_512(crc->by_2048);
  for (data += STEP, length -= STEP; length >= STEP; data += STEP, length -= STEP) {
    for (int i = 0; i < ACCUMULATORS; i++) sum[i] = fold_512(sum[i], factors, load_512(data + 64 * i));
  }
  factors = pair_512(crc->by_512);
  for (int i = 1; i < ACCUMULATORS; i++) sum[i] = fold_512(sum[i - 1], factors, sum[i]);
  __m512i last = sum[ACCUMULATORS - 1];
  __m128i narrow = pair_128(crc->by_128);
  __m128i folded = fold_128(_mm512_extracti32x4_epi32(last, 0), narrow, _mm512_extracti32x4_epi32(last, 1));
  folded = fold_128(folded, narrow, _mm512_extracti32x4_epi32(last, 2));
  folded = fold_128(folded, narrow, _mm512_extracti32x4_epi32(last, 3));
  return finish_128(crc, folded, data, length);
}

static const struct crc_kernel pclmul = {"pclmul", run_pclmul};
static const struct crc_kernel vpclmul_256 = {"vpclmul-256", run_vpclmul_256};
static const struct crc_kernel vpclmul_512 = {"vpclmul-512", run_vpclmul_512};

size_t crc_x86_candidates(const struct crc_kernel *kernels[CRC_KERNELS_MAX]) {
  size_t count = 0;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return count;
  kernels[count++] = &pclmul;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("vpclmulqdq")) return count;
  kernels[count++] = &vpclmul_256;
  if (__builtin_cpu_supports("avx512f")) kernels[count++] = &vpclmul_512;
  return count;
}

#else

size_t crc_x86_candidates(const struct crc_kernel *kernels[CRC_KERNELS_MAX]) {
  (void)kernels;
  return 0;
}

#endif
