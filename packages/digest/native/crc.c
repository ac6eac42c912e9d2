#include "crc.h"

#include <string.h>

#include "crc-x86.h"

static struct crc crcs[CRC_KINDS] = {
    [CRC_64] = {.name = "crc64", .polynomial = 0xc96c5795d7870f42u, .all_ones = ~0ull},
    [CRC_32] = {.name = "crc32", .polynomial = 0xedb88320u, .all_ones = 0xffffffffu},
    [CRC_32C] = {.name = "crc32c", .polynomial = 0x82f63b78u, .all_ones = 0xffffffffu},
    [CRC_64_NVME] = {.name = "crc64nvme", .polynomial = 0x9a6c9329ac4bc9b5u, .all_ones = ~0ull},
};

static const struct crc_kernel table_kernel = {"table", crc_table};
static const struct crc_kernel *available[CRC_KERNELS_MAX];
static size_t available_count;

static inline uint64_t load_little_endian(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

static inline uint64_t times_x(const struct crc *crc, uint64_t a) { return a >> 1 ^ (crc->polynomial & -(a & 1)); }

uint64_t crc_multiply(const struct crc *crc, uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (; a != 0; a <<= 1, b = times_x(crc, b)) product ^= b & -(a >> 63);
  return product;
}

uint64_t crc_power(const struct crc *crc, uint64_t n) {
  uint64_t power = 1ull << 63, square = 1ull << 62;
  for (; n != 0; n >>= 1, square = crc_multiply(crc, square, square)) {
    if (n & 1) power = crc_multiply(crc, power, square);
  }
  return power;
}

uint64_t crc_table(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length) {
  const uint64_t (*tables)[256] = crc->tables;
  for (; length >= CRC_SLICES; data += CRC_SLICES, length -= CRC_SLICES) {
    uint64_t first = reg ^ load_little_endian(data), second = load_little_endian(data + 8);
    reg = 0;
    for (int i = 0; i < 8; i++) {
      reg ^= tables[15 - i][first >> 8 * i & 0xff] ^ tables[7 - i][second >> 8 * i & 0xff];
    }
  }
  for (; length > 0; data++, length--) reg = tables[0][(reg ^ *data) & 0xff] ^ reg >> 8;
  return reg;
}

// Whether a kernel agrees with the table, for each CRC. One that does not, for whatever reason, is not offered: a
// slower result is better than a wrong checksum.
static int agrees_with_table(const struct crc_kernel *kernel) {
  uint8_t data[1500];
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + (i * i >> 3));
  for (int kind = 0; kind < CRC_KINDS; kind++) {
    const struct crc *crc = &crcs[kind];
    for (size_t length = sizeof data; length > 0; length = length * 2 / 3) {
      if (kernel->run(crc, crc->all_ones, data, length) != crc_table(crc, crc->all_ones, data, length)) return 0;
    }
  }
  return 1;
}

static void build_tables(struct crc *crc) {
  for (unsigned byte = 0; byte < 256; byte++) {
    uint64_t remainder = byte;
    for (int bit = 0; bit < 8; bit++) remainder = times_x(crc, remainder);
    crc->tables[0][byte] = remainder;
  }
  for (int slice = 1; slice < CRC_SLICES; slice++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      uint64_t shorter = crc->tables[slice - 1][byte];
      crc->tables[slice][byte] = crc->tables[0][shorter & 0xff] ^ shorter >> 8;
    }
  }
}

// Both exponents are reduced by one, because the product of two reflected numbers is shifted by one.
static struct crc_factors factors_for(const struct crc *crc, unsigned distance) {
  return (struct crc_factors){crc_power(crc, distance + 63), crc_power(crc, distance - 1)};
}

static void build_factors(struct crc *crc) {
  crc->by_128 = factors_for(crc, 128);
  crc->by_256 = factors_for(crc, 256);
  crc->by_512 = factors_for(crc, 512);
  crc->by_1024 = factors_for(crc, 1024);
  crc->by_2048 = factors_for(crc, 2048);
}

void crc_initialize(void) {
  for (int kind = 0; kind < CRC_KINDS; kind++) {
    build_tables(&crcs[kind]);
    build_factors(&crcs[kind]);
  }
  available[0] = &table_kernel;
  available_count = 1;
  const struct crc_kernel *candidates[CRC_KERNELS_MAX];
  size_t count = crc_x86_candidates(candidates);
  for (size_t i = 0; i < count; i++) {
    if (agrees_with_table(candidates[i])) available[available_count++] = candidates[i];
  }
}

const struct crc *crc_of(enum crc_kind kind) { return &crcs[kind]; }

size_t crc_available(const struct crc_kernel *kernels[CRC_KERNELS_MAX]) {
  memcpy(kernels, available, available_count * sizeof *available);
  return available_count;
}
