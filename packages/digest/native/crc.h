// Reflected CRCs of up to 64 bits, with all ones as initial value and final XOR: CRC-64/XZ, the checksum that OSS calls
// crc64ecma, and others.
//
// Each is computed as a 64-bit CRC. A 32-bit polynomial P becomes P * x^32: the remainder is that of P in the lower
// half of the register, because the highest bit of a reflected register belongs to x^0.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CRC_SLICES 16

// Moves a 128-bit accumulator over more bytes: a factor for each half.
struct crc_factors {
  uint64_t first, second;
};

struct crc {
  const char *name;
  uint64_t polynomial; // reflected, without its highest power
  uint64_t all_ones;   // as many as it has bits
  // Entry [slice][byte]: the remainder of `byte` followed by `slice` zero bytes.
  uint64_t tables[CRC_SLICES][256];
  struct crc_factors by_128, by_256, by_512, by_1024, by_2048; // by bits
};

enum crc_kind { CRC_64, CRC_32, CRC_32C, CRC_64_NVME, CRC_KINDS };

// From the register and more bytes to the next register.
typedef uint64_t (*crc_function)(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length);

struct crc_kernel {
  const char *name;
  crc_function run;
};

#define CRC_KERNELS_MAX 4

// Builds the tables and detects the processor's capabilities. Once per process, before anything else here.
void crc_initialize(void);

const struct crc *crc_of(enum crc_kind kind);

// The kernels that this processor can run, the fastest last; each computes all CRCs. Fills `kernels` and returns their
// number.
size_t crc_available(const struct crc_kernel *kernels[CRC_KERNELS_MAX]);

// The checksum of everything so far, where `previous` is the checksum of the preceding bytes (0 for none) and `data`
// follows.
static inline uint64_t crc_update(const struct crc_kernel *kernel, const struct crc *crc, uint64_t previous,
                                  const uint8_t *data, size_t length) {
  return kernel->run(crc, previous ^ crc->all_ones, data, length) ^ crc->all_ones;
}

// 16 bytes per step by table look-up; runs everywhere.
uint64_t crc_table(const struct crc *crc, uint64_t reg, const uint8_t *data, size_t length);

// x^n modulo the polynomial; the highest bit of a polynomial is the coefficient of x^0.
uint64_t crc_power(const struct crc *crc, uint64_t n);

uint64_t crc_multiply(const struct crc *crc, uint64_t a, uint64_t b);

// The checksum of two concatenated pieces, from those of each; `shift` is crc_power(crc, 8 * the second's length).
static inline uint64_t crc_combine(const struct crc *crc, uint64_t first, uint64_t second, uint64_t shift) {
  return crc_multiply(crc, first, shift) ^ second;
}
