// CRC-64/XZ, the checksum that OSS calls crc64ecma: polynomial of ECMA-182, reflected, begun and ended with all ones.
#pragma once

#include <stddef.h>
#include <stdint.h>

// From the register (the checksum inverted) and more bytes to the next register.
typedef uint64_t (*crc64_function)(uint64_t reg, const uint8_t *data, size_t length);

struct crc64_kernel {
  const char *name;
  crc64_function run;
};

#define CRC64_KERNELS_MAX 4

// Builds the tables and finds out what the processor can do. Once in a process, before anything else here.
void crc64_initialize(void);

// What this processor can run, the fastest last. Fills `kernels` and returns how many there are.
size_t crc64_available(const struct crc64_kernel *kernels[CRC64_KERNELS_MAX]);

// The checksum of what has the checksum `previous` (0 for nothing) followed by `data`.
static inline uint64_t crc64_update(const struct crc64_kernel *kernel, uint64_t previous, const uint8_t *data,
                                    size_t length) {
  return ~kernel->run(~previous, data, length);
}

// 16 bytes a step by look-up; runs everywhere.
uint64_t crc64_table(uint64_t reg, const uint8_t *data, size_t length);

// x^n modulo the polynomial; as a polynomial the highest bit is the coefficient of x^0.
uint64_t crc64_power(uint64_t n);

uint64_t crc64_multiply(uint64_t a, uint64_t b);

// The checksum of two pieces joined, from those of each; `shift` is crc64_power(8 * the second's length).
static inline uint64_t crc64_combine(uint64_t first, uint64_t second, uint64_t shift) {
  return crc64_multiply(first, shift) ^ second;
}
