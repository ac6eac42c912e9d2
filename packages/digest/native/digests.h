// Additional digests of a stream, computed on request.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "crc.h"

// A set of these is a sum.
enum digest_kind {
  DIGEST_SHA256 = 1,
  DIGEST_SHA1 = 2,
  DIGEST_CRC32 = 4,
  DIGEST_CRC32C = 8,
  DIGEST_CRC64_NVME = 16,
  DIGEST_SHA512 = 32,
};

#define DIGESTS_ALL 63

// CRCs are big-endian. Digests that were not requested are zero.
struct digest_values {
  uint8_t sha256[32], sha1[20], crc32[4], crc32c[4], crc64_nvme[8], sha512[64];
};

struct digests;

// The digests that can be computed here; SHA needs an OpenSSL in the process.
unsigned digests_available(void);

// Begins the requested digests, which must be available. NULL if out of memory.
struct digests *digests_begin(unsigned wanted, const struct crc_kernel *kernel);

void digests_update(struct digests *digests, const uint8_t *data, size_t length);

// Takes no more bytes afterwards. Returns 0 if OpenSSL failed at any time.
int digests_finish(struct digests *digests, struct digest_values *values);

// Accepts NULL.
void digests_free(struct digests *digests);
