#include "md5-x86.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "md5-rounds.h"

// How far ahead data are fetched: there are too many lanes for the processor's own prefetching.
#define PREFETCH_BYTES 512

#define AVX2 __attribute__((target("avx2")))
#define AVX512VL __attribute__((target("avx2,avx512f,avx512vl")))
#define AVX512 __attribute__((target("avx2,avx512f")))

// Turns 32 bytes of each of 8 lanes into 8 vectors that hold one word of all lanes.
AVX2 static inline void transpose(const uint8_t *const data[8], size_t offset, __m256i words[8]) {
  __m256i row[8], pair[8], quad[8];
  for (int i = 0; i < 8; i++) row[i] = _mm256_loadu_si256((const __m256i *)(data[i] + offset));
  for (int i = 0; i < 8; i += 2) {
    pair[i] = _mm256_unpacklo_epi32(row[i], row[i + 1]);
    pair[i + 1] = _mm256_unpackhi_epi32(row[i], row[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    quad[i] = _mm256_unpacklo_epi64(pair[i], pair[i + 2]);
    quad[i + 1] = _mm256_unpackhi_epi64(pair[i], pair[i + 2]);
    quad[i + 2] = _mm256_unpacklo_epi64(pair[i + 1], pair[i + 3]);
    quad[i + 3] = _mm256_unpackhi_epi64(pair[i + 1], pair[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    words[i] = _mm256_permute2x128_si256(quad[i], quad[i + 4], 0x20);
    words[i + 4] = _mm256_permute2x128_si256(quad[i], quad[i + 4], 0x31);
  }
}

static inline void prefetch(const uint8_t *const data[], unsigned lanes, size_t offset) {
  for (unsigned lane = 0; lane < lanes; lane++) __builtin_prefetch(data[lane] + offset + PREFETCH_BYTES);
}

// Word `index` of all lanes' states, and back.
static inline void gather(uint32_t *const states[], unsigned lanes, int index, uint32_t *words) {
  for (unsigned lane = 0; lane < lanes; lane++) words[lane] = states[lane][index];
}

static inline void scatter(uint32_t *const states[], unsigned lanes, int index, const uint32_t *words) {
  for (unsigned lane = 0; lane < lanes; lane++) states[lane][index] = words[lane];
}

// A kernel of `VECTORS` vectors, each of `VECTOR_LANES` lanes. Two vectors at a time are almost twice as fast as one,
// because a single chain of steps mostly waits for itself. Uses VECTOR, LOAD, STORE, ADD, ROTATE, SPLAT, WORDS_OF, F,
// G, H and I.
#define STEP(function, a, b, c, d, word, shift, constant)                           \
  for (int v = 0; v < vectors; v++) {                                               \
    VECTOR sum = function(ADD(a[v], ADD(words[v][word], SPLAT(constant))), b[v], c[v], d[v]); \
    a[v] = ADD(ROTATE(sum, shift), b[v]);                                           \
  }

#define DEFINE_KERNEL(NAME, TARGET, VECTORS, VECTOR_LANES)                                              \
  TARGET static void NAME(uint32_t *const states[], const uint8_t *const data[], size_t blocks) {       \
    enum { vectors = VECTORS, lanes = VECTORS * VECTOR_LANES };                                         \
    uint32_t state[4][lanes] __attribute__((aligned(64)));                                              \
    VECTOR words[vectors][16], a[vectors], b[vectors], c[vectors], d[vectors];                          \
    for (int i = 0; i < 4; i++) gather(states, lanes, i, state[i]);                                     \
    for (size_t offset = 0; offset < blocks * MD5_BLOCK_BYTES; offset += MD5_BLOCK_BYTES) {             \
      for (int v = 0; v < vectors; v++) {                                                               \
        WORDS_OF(data + VECTOR_LANES * v, offset, words[v]);                                            \
        a[v] = LOAD(state[0] + VECTOR_LANES * v), b[v] = LOAD(state[1] + VECTOR_LANES * v);             \
        c[v] = LOAD(state[2] + VECTOR_LANES * v), d[v] = LOAD(state[3] + VECTOR_LANES * v);             \
      }                                                                                                 \
      ALL_ROUNDS                                                                                        \
      for (int v = 0; v < vectors; v++) {                                                               \
        STORE(state[0] + VECTOR_LANES * v, ADD(LOAD(state[0] + VECTOR_LANES * v), a[v]));               \
        STORE(state[1] + VECTOR_LANES * v, ADD(LOAD(state[1] + VECTOR_LANES * v), b[v]));               \
        STORE(state[2] + VECTOR_LANES * v, ADD(LOAD(state[2] + VECTOR_LANES * v), c[v]));               \
        STORE(state[3] + VECTOR_LANES * v, ADD(LOAD(state[3] + VECTOR_LANES * v), d[v]));               \
      }                                                                                                 \
    }                                                                                                   \
    for (int i = 0; i < 4; i++) scatter(states, lanes, i, state[i]);                                    \
  }

// 256 bits with the instructions of AVX2.

AVX2 static inline void words_of_8(const uint8_t *const data[8], size_t offset, __m256i words[16]) {
  prefetch(data, 8, offset);
  transpose(data, offset, words);
  transpose(data, offset + 32, words + 8);
}

#define VECTOR __m256i
#define LOAD(p) _mm256_load_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_store_si256((__m256i *)(p), v)
#define ADD _mm256_add_epi32
#define SPLAT(word) _mm256_set1_epi32((int)(word))
#define WORDS_OF words_of_8
#define ROTATE(v, shift) _mm256_or_si256(_mm256_slli_epi32(v, shift), _mm256_srli_epi32(v, 32 - (shift)))
#define F(sum, b, c, d) ADD(sum, _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d))))
#define G(sum, b, c, d) ADD(ADD(sum, _mm256_andnot_si256(d, c)), _mm256_and_si256(d, b))
#define H(sum, b, c, d) ADD(sum, _mm256_xor_si256(b, _mm256_xor_si256(c, d)))
#define I(sum, b, c, d) ADD(sum, _mm256_xor_si256(c, _mm256_or_si256(b, _mm256_xor_si256(d, SPLAT(-1)))))

DEFINE_KERNEL(compress_avx2_8, AVX2, 1, 8)
DEFINE_KERNEL(compress_avx2_16, AVX2, 2, 8)

// 256 bits with the instructions of AVX-512: rotation, and any function of three values in one.

#undef ROTATE
#undef F
#undef G
#undef H
#undef I
#define ROTATE _mm256_rol_epi32
#define F(sum, b, c, d) ADD(sum, _mm256_ternarylogic_epi32(b, c, d, 0xca))
#define G(sum, b, c, d) ADD(sum, _mm256_ternarylogic_epi32(d, b, c, 0xca))
#define H(sum, b, c, d) ADD(sum, _mm256_ternarylogic_epi32(b, c, d, 0x96))
#define I(sum, b, c, d) ADD(sum, _mm256_ternarylogic_epi32(b, c, d, 0x39))

DEFINE_KERNEL(compress_avx512_8, AVX512VL, 1, 8)

// 512 bits.

AVX512 static inline void words_of_16(const uint8_t *const data[16], size_t offset, __m512i words[16]) {
  __m256i low[16], high[16];
  words_of_8(data, offset, low);
  words_of_8(data + 8, offset, high);
  for (int i = 0; i < 16; i++) words[i] = _mm512_inserti64x4(_mm512_castsi256_si512(low[i]), high[i], 1);
}

#undef VECTOR
#undef LOAD
#undef STORE
#undef ADD
#undef SPLAT
#undef WORDS_OF
#undef ROTATE
#undef F
#undef G
#undef H
#undef I
#define VECTOR __m512i
#define LOAD(p) _mm512_load_si512((const void *)(p))
#define STORE(p, v) _mm512_store_si512((void *)(p), v)
#define ADD _mm512_add_epi32
#define SPLAT(word) _mm512_set1_epi32((int)(word))
#define WORDS_OF words_of_16
#define ROTATE _mm512_rol_epi32
#define F(sum, b, c, d) ADD(sum, _mm512_ternarylogic_epi32(b, c, d, 0xca))
#define G(sum, b, c, d) ADD(sum, _mm512_ternarylogic_epi32(d, b, c, 0xca))
#define H(sum, b, c, d) ADD(sum, _mm512_ternarylogic_epi32(b, c, d, 0x96))
#define I(sum, b, c, d) ADD(sum, _mm512_ternarylogic_epi32(b, c, d, 0x39))

DEFINE_KERNEL(compress_avx512_16, AVX512, 1, 16)

static const struct md5_kernel avx2_8 = {"avx2-8", 8, 3, compress_avx2_8};
static const struct md5_kernel avx2_16 = {"avx2-16", 16, 11, compress_avx2_16};
static const struct md5_kernel avx512_8 = {"avx512-8", 8, 3, compress_avx512_8};
static const struct md5_kernel avx512_16 = {"avx512-16", 16, 11, compress_avx512_16};

size_t md5_x86_candidates(const struct md5_kernel *kernels[MD5_X86_KERNELS_MAX]) {
  size_t count = 0;
  __builtin_cpu_init();
  int has_avx2 = __builtin_cpu_supports("avx2");
  int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  if (has_avx2) kernels[count++] = &avx2_8;
  if (has_avx512) kernels[count++] = &avx512_8;
  if (has_avx2) kernels[count++] = &avx2_16;
  if (has_avx512) kernels[count++] = &avx512_16;
  return count;
}

#else

size_t md5_x86_candidates(const struct md5_kernel *kernels[MD5_X86_KERNELS_MAX]) {
  (void)kernels;
  return 0;
}

#endif
