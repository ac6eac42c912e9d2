// MD5 (RFC 1321) of one stream, and kernels that take several streams at once, one in each lane of a vector.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MD5_BLOCK_BYTES 64
#define MD5_DIGEST_BYTES 16
#define MD5_LANES_MAX 16

struct md5 {
  uint32_t state[4];
  uint64_t length;                    // bytes taken so far
  uint8_t pending[MD5_BLOCK_BYTES];   // the bytes after the last whole block
};

struct md5_kernel {
  const char *name;
  unsigned lanes;
  unsigned worth_from; // for fewer streams a narrower kernel is faster
  // Takes `blocks` whole blocks of each lane. Lanes may share data, but not a state.
  void (*compress)(uint32_t *const states[], const uint8_t *const data[], size_t blocks);
};

#define MD5_KERNELS_MAX 6

// Detects the processor's capabilities. Once per process, before anything else here.
void md5_initialize(void);

// The kernels that this processor can run, the fewest lanes first; among kernels with the same number of lanes the
// faster one is last. Fills `kernels` and returns their number.
size_t md5_available(const struct md5_kernel *kernels[MD5_KERNELS_MAX]);

// The fastest kernel for this number of streams, at least 1.
const struct md5_kernel *md5_kernel_for(unsigned streams);

void md5_begin(struct md5 *md5);

// Takes bytes up to the next block boundary, so that whole blocks can go to a kernel; returns the number of bytes
// taken.
size_t md5_align(struct md5 *md5, const uint8_t *data, size_t length);

// Takes whole blocks of up to `kernel->lanes` streams at once, each of which is at a block boundary.
void md5_take_blocks(const struct md5_kernel *kernel, struct md5 *const streams[], const uint8_t *const data[],
                     unsigned count, size_t blocks);

// Takes less than a block, at a block boundary.
void md5_keep_rest(struct md5 *md5, const uint8_t *data, size_t length);

void md5_finish(struct md5 *md5, uint8_t digest[MD5_DIGEST_BYTES]);

// The state from which another MD5 can continue: the registers and the length, little-endian, then the bytes after the
// last whole block.
#define MD5_SAVED_BYTES_MIN 24
#define MD5_SAVED_BYTES_MAX (MD5_SAVED_BYTES_MIN + MD5_BLOCK_BYTES - 1)

// Returns the number of bytes written.
size_t md5_save(const struct md5 *md5, uint8_t saved[MD5_SAVED_BYTES_MAX]);

// Returns 0 if these bytes were not written by `md5_save`.
int md5_restore(struct md5 *md5, const uint8_t *saved, size_t length);
