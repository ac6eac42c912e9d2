#include "digests.h"

#include <stdlib.h>

#include "openssl.h"

struct digests {
  unsigned wanted;
  int failed;
  const struct crc_kernel *kernel;
  uint64_t crcs[CRC_KINDS];
  evp_md_ctx *sha256, *sha1, *sha512; // NULL if not requested
};

static const struct {
  enum digest_kind digest;
  enum crc_kind crc;
} crc_digests[] = {{DIGEST_CRC32, CRC_32}, {DIGEST_CRC32C, CRC_32C}, {DIGEST_CRC64_NVME, CRC_64_NVME}};

#define CRC_DIGESTS (sizeof crc_digests / sizeof *crc_digests)

unsigned digests_available(void) {
  return openssl_digests() != NULL ? DIGESTS_ALL : DIGESTS_ALL & ~(unsigned)(DIGEST_SHA256 | DIGEST_SHA1 | DIGEST_SHA512);
}

static evp_md_ctx *begin_sha(struct digests *digests, const evp_md *(*type)(void)) {
  const struct openssl_digests *openssl = openssl_digests();
  evp_md_ctx *context = openssl->create();
  if (context == NULL || openssl->begin(context, type(), NULL) != 1) digests->failed = 1;
  return context;
}

struct digests *digests_begin(unsigned wanted, const struct crc_kernel *kernel) {
  struct digests *digests = calloc(1, sizeof *digests);
  if (digests == NULL) return NULL;
  digests->wanted = wanted;
  digests->kernel = kernel;
  if (wanted & DIGEST_SHA256) digests->sha256 = begin_sha(digests, openssl_digests()->sha256);
  if (wanted & DIGEST_SHA1) digests->sha1 = begin_sha(digests, openssl_digests()->sha1);
  if (wanted & DIGEST_SHA512) digests->sha512 = begin_sha(digests, openssl_digests()->sha512);
  return digests;
}

static void update_sha(struct digests *digests, evp_md_ctx *context, const uint8_t *data, size_t length) {
  if (context != NULL && openssl_digests()->update(context, data, length) != 1) digests->failed = 1;
}

void digests_update(struct digests *digests, const uint8_t *data, size_t length) {
  if (digests->failed) return;
  update_sha(digests, digests->sha256, data, length);
  update_sha(digests, digests->sha1, data, length);
  update_sha(digests, digests->sha512, data, length);
  for (size_t i = 0; i < CRC_DIGESTS; i++) {
    if (!(digests->wanted & crc_digests[i].digest)) continue;
    uint64_t *crc = &digests->crcs[crc_digests[i].crc];
    *crc = crc_update(digests->kernel, crc_of(crc_digests[i].crc), *crc, data, length);
  }
}

static void finish_sha(struct digests *digests, evp_md_ctx *context, uint8_t *digest) {
  if (context != NULL && openssl_digests()->finish(context, digest, NULL) != 1) digests->failed = 1;
}

static void store_big_endian(uint8_t *bytes, size_t count, uint64_t value) {
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(value >> 8 * (count - 1 - i));
}

int digests_finish(struct digests *digests, struct digest_values *values) {
  if (!digests->failed) {
    finish_sha(digests, digests->sha256, values->sha256);
    finish_sha(digests, digests->sha1, values->sha1);
    finish_sha(digests, digests->sha512, values->sha512);
  }
  store_big_endian(values->crc32, sizeof values->crc32, digests->crcs[CRC_32]);
  store_big_endian(values->crc32c, sizeof values->crc32c, digests->crcs[CRC_32C]);
  store_big_endian(values->crc64_nvme, sizeof values->crc64_nvme, digests->crcs[CRC_64_NVME]);
  return !digests->failed;
}

void digests_free(struct digests *digests) {
  if (digests == NULL) return;
  if (digests->sha256 != NULL) openssl_digests()->release(digests->sha256);
  if (digests->sha1 != NULL) openssl_digests()->release(digests->sha1);
  if (digests->sha512 != NULL) openssl_digests()->release(digests->sha512);
  free(digests);
}
