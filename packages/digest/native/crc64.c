#include "crc64.h"

#include <string.h>

#include "crc64-x86.h"

#define POLYNOMIAL 0xc96c5795d7870f42u
#define SLICES 16

// Entry [slice][byte]: the remainder that `byte` leaves after `slice` more zero bytes.
static uint64_t tables[SLICES][256];

static const struct crc64_kernel table_kernel = {"table", crc64_table};
static const struct crc64_kernel *available[CRC64_KERNELS_MAX];
static size_t available_count;

static inline uint64_t load_little_endian(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

static inline uint64_t times_x(uint64_t a) { return a >> 1 ^ (POLYNOMIAL & -(a & 1)); }

uint64_t crc64_multiply(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (; a != 0; a <<= 1, b = times_x(b)) product ^= b & -(a >> 63);
  return product;
}

uint64_t crc64_power(uint64_t n) {
  uint64_t power = 1ull << 63, square = 1ull << 62;
  for (; n != 0; n >>= 1, square = crc64_multiply(square, square)) {
    if (n & 1) power = crc64_multiply(power, square);
  }
  return power;
}

uint64_t crc64_table(uint64_t reg, const uint8_t *data, size_t length) {
  for (; length >= SLICES; data += SLICES, length -= SLICES) {
    uint64_t first = reg ^ load_little_endian(data), second = load_little_endian(data + 8);
    reg = 0;
    for (int i = 0; i < 8; i++) {
      reg ^= tables[15 - i][first >> 8 * i & 0xff] ^ tables[7 - i][second >> 8 * i & 0xff];
    }
  }
  for (; length > 0; data++, length--) reg = tables[0][(reg ^ *data) & 0xff] ^ reg >> 8;
  return reg;
}

// Whether a kernel agrees with the table. One that does not, for whatever reason, is not offered: a slower answer is better
// than a wrong checksum.
static int agrees_with_table(const struct crc64_kernel *kernel) {
  uint8_t data[1500];
  for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + (i * i >> 3));
  for (size_t length = sizeof data; length > 0; length = length * 2 / 3) {
    if (kernel->run(~0ull, data, length) != crc64_table(~0ull, data, length)) return 0;
  }
  return 1;
}

void crc64_initialize(void) {
  for (unsigned byte = 0; byte < 256; byte++) {
    uint64_t remainder = byte;
    for (int bit = 0; bit < 8; bit++) remainder = times_x(remainder);
    tables[0][byte] = remainder;
  }
  for (int slice = 1; slice < SLICES; slice++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      uint64_t shorter = tables[slice - 1][byte];
      tables[slice][byte] = tables[0][shorter & 0xff] ^ shorter >> 8;
    }
  }
  available[0] = &table_kernel;
  available_count = 1;
  const struct crc64_kernel *candidates[CRC64_KERNELS_MAX];
  size_t count = crc64_x86_candidates(candidates);
  for (size_t i = 0; i < count; i++) {
    if (agrees_with_table(candidates[i])) available[available_count++] = candidates[i];
  }
}

size_t crc64_available(const struct crc64_kernel *kernels[CRC64_KERNELS_MAX]) {
  memcpy(kernels, available, available_count * sizeof *available);
  return available_count;
}
