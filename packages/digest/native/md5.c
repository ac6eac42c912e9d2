#include "md5.h"

#include <string.h>

#include "md5-rounds.h"
#include "md5-x86.h"

static inline uint32_t load_little_endian(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap32(word);
#endif
  return word;
}

static inline uint32_t rotate(uint32_t word, int shift) { return word << shift | word >> (32 - shift); }

#define F(sum, b, c, d) ((sum) + ((d) ^ ((b) & ((c) ^ (d)))))
#define G(sum, b, c, d) ((sum) + (~(d) & (c)) + ((d) & (b)))
#define H(sum, b, c, d) ((sum) + ((b) ^ ((c) ^ (d))))
#define I(sum, b, c, d) ((sum) + ((c) ^ ((b) | ~(d))))
#define STEP(function, a, b, c, d, word, shift, constant)                                                       \
  for (int v = 0; v < lanes; v++) {                                                                             \
    uint32_t sum = a[v] + load_little_endian(data[v] + offset + 4 * (word)) + (constant);                       \
    a[v] = rotate(function(sum, b[v], c[v], d[v]), shift) + b[v];                                               \
  }

static inline __attribute__((always_inline)) void compress(uint32_t *const states[], const uint8_t *const data[],
                                                           size_t blocks, const int lanes) {
  uint32_t a[2], b[2], c[2], d[2];
  for (int v = 0; v < lanes; v++) a[v] = states[v][0], b[v] = states[v][1], c[v] = states[v][2], d[v] = states[v][3];
  for (size_t offset = 0; offset < blocks * MD5_BLOCK_BYTES; offset += MD5_BLOCK_BYTES) {
    ALL_ROUNDS
    for (int v = 0; v < lanes; v++) {
      states[v][0] = a[v] += states[v][0];
      states[v][1] = b[v] += states[v][1];
      states[v][2] = c[v] += states[v][2];
      states[v][3] = d[v] += states[v][3];
    }
  }
}

static void compress_1(uint32_t *const states[], const uint8_t *const data[], size_t blocks) {
  compress(states, data, blocks, 1);
}

// Two streams side by side keep a processor busier than one, whose steps wait for each other.
static void compress_2(uint32_t *const states[], const uint8_t *const data[], size_t blocks) {
  compress(states, data, blocks, 2);
}

static const struct md5_kernel scalar_1 = {"scalar-1", 1, 1, compress_1};
static const struct md5_kernel scalar_2 = {"scalar-2", 2, 2, compress_2};

static const uint32_t initial_state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static const struct md5_kernel *available[MD5_KERNELS_MAX];
static size_t available_count;

// Whether a kernel agrees with the scalar one for a few blocks. One that does not, for whatever reason, is not offered:
// a slower result is better than a wrong ETag.
static int agrees_with_scalar(const struct md5_kernel *kernel) {
  enum { BLOCKS = 3 };
  uint8_t data[MD5_LANES_MAX][BLOCKS * MD5_BLOCK_BYTES];
  uint32_t states[MD5_LANES_MAX][4];
  uint32_t *state_of[MD5_LANES_MAX];
  const uint8_t *data_of[MD5_LANES_MAX];
  for (unsigned lane = 0; lane < kernel->lanes; lane++) {
    for (size_t i = 0; i < sizeof data[lane]; i++) data[lane][i] = (uint8_t)((lane + 1) * 31 + i * 7 + (i * i >> 3));
    memcpy(states[lane], initial_state, sizeof initial_state);
    state_of[lane] = states[lane];
    data_of[lane] = data[lane];
  }
  kernel->compress(state_of, data_of, BLOCKS);
  for (unsigned lane = 0; lane < kernel->lanes; lane++) {
    uint32_t expected[4];
    memcpy(expected, initial_state, sizeof expected);
    compress_1((uint32_t *[]){expected}, (const uint8_t *[]){data[lane]}, BLOCKS);
    if (memcmp(expected, states[lane], sizeof expected) != 0) return 0;
  }
  return 1;
}

void md5_initialize(void) {
  const struct md5_kernel *candidates[MD5_KERNELS_MAX] = {&scalar_1, &scalar_2};
  size_t count = 2 + md5_x86_candidates(candidates + 2);
  available_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (agrees_with_scalar(candidates[i])) available[available_count++] = candidates[i];
  }
}

size_t md5_available(const struct md5_kernel *kernels[MD5_KERNELS_MAX]) {
  memcpy(kernels, available, available_count * sizeof *available);
  return available_count;
}

const struct md5_kernel *md5_kernel_for(unsigned streams) {
  const struct md5_kernel *best = available[0];
  for (size_t i = 1; i < available_count; i++) {
    if (available[i]->worth_from <= streams) best = available[i];
  }
  return best;
}

void md5_begin(struct md5 *md5) {
  memcpy(md5->state, initial_state, sizeof initial_state);
  md5->length = 0;
}

static void compress_one(struct md5 *md5, const uint8_t *block) {
  compress_1((uint32_t *[]){md5->state}, (const uint8_t *[]){block}, 1);
}

size_t md5_align(struct md5 *md5, const uint8_t *data, size_t length) {
  size_t used = md5->length % MD5_BLOCK_BYTES;
  if (used == 0) return 0;
  size_t taken = MD5_BLOCK_BYTES - used;
  if (taken > length) taken = length;
  if (taken == 0) return 0;
  memcpy(md5->pending + used, data, taken);
  md5->length += taken;
  if (used + taken == MD5_BLOCK_BYTES) compress_one(md5, md5->pending);
  return taken;
}

void md5_take_blocks(const struct md5_kernel *kernel, struct md5 *const streams[], const uint8_t *const data[],
                     unsigned count, size_t blocks) {
  uint32_t idle[MD5_LANES_MAX][4] = {{0}};
  uint32_t *state_of[MD5_LANES_MAX];
  const uint8_t *data_of[MD5_LANES_MAX];
  for (unsigned lane = 0; lane < kernel->lanes; lane++) {
    state_of[lane] = lane < count ? streams[lane]->state : idle[lane];
    data_of[lane] = data[lane < count ? lane : 0];
  }
  kernel->compress(state_of, data_of, blocks);
  for (unsigned lane = 0; lane < count; lane++) streams[lane]->length += blocks * MD5_BLOCK_BYTES;
}

void md5_keep_rest(struct md5 *md5, const uint8_t *data, size_t length) {
  if (length == 0) return;
  memcpy(md5->pending, data, length);
  md5->length += length;
}

void md5_finish(struct md5 *md5, uint8_t digest[MD5_DIGEST_BYTES]) {
  size_t used = md5->length % MD5_BLOCK_BYTES;
  uint64_t bits = md5->length * 8;
  md5->pending[used++] = 0x80;
  if (used > MD5_BLOCK_BYTES - 8) {
    memset(md5->pending + used, 0, MD5_BLOCK_BYTES - used);
    compress_one(md5, md5->pending);
    used = 0;
  }
  memset(md5->pending + used, 0, MD5_BLOCK_BYTES - 8 - used);
  for (int i = 0; i < 8; i++) md5->pending[MD5_BLOCK_BYTES - 8 + i] = (uint8_t)(bits >> 8 * i);
  compress_one(md5, md5->pending);
  for (int i = 0; i < MD5_DIGEST_BYTES; i++) digest[i] = (uint8_t)(md5->state[i / 4] >> 8 * (i % 4));
}

size_t md5_save(const struct md5 *md5, uint8_t saved[MD5_SAVED_BYTES_MAX]) {
  size_t pending = md5->length % MD5_BLOCK_BYTES;
  for (int i = 0; i < 16; i++) saved[i] = (uint8_t)(md5->state[i / 4] >> 8 * (i % 4));
  for (int i = 0; i < 8; i++) saved[16 + i] = (uint8_t)(md5->length >> 8 * i);
  memcpy(saved + MD5_SAVED_BYTES_MIN, md5->pending, pending);
  return MD5_SAVED_BYTES_MIN + pending;
}

int md5_restore(struct md5 *md5, const uint8_t *saved, size_t length) {
  if (length < MD5_SAVED_BYTES_MIN) return 0;
  for (int i = 0; i < 4; i++) md5->state[i] = load_little_endian(saved + 4 * i);
  md5->length = load_little_endian(saved + 16) | (uint64_t)load_little_endian(saved + 20) << 32;
  if (length != MD5_SAVED_BYTES_MIN + md5->length % MD5_BLOCK_BYTES) return 0;
  memcpy(md5->pending, saved + MD5_SAVED_BYTES_MIN, length - MD5_SAVED_BYTES_MIN);
  return 1;
}
