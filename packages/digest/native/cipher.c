#include "cipher.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "openssl.h"

#define SM4_KEY_BYTES 16
#define HMAC_KEY_BYTES 32
#define SHA256_BYTES 32
#define SHA256_BLOCK_BYTES 64

struct cipher {
  enum cipher_kind kind;
  int encrypts, failed;
  evp_cipher_ctx *context;
  // HMAC (RFC 2104), whose second hash takes the first: NULL for a cipher that authenticates by itself.
  evp_md_ctx *inner, *outer;
};

unsigned ciphers_available(void) {
  const struct openssl_ciphers *ciphers = openssl_ciphers();
  unsigned available = 0;
  if (ciphers == NULL) return available;
  available |= 1u << CIPHER_AES_256_GCM;
  if (ciphers->sm4_ctr != NULL && openssl_digests() != NULL) available |= 1u << CIPHER_SM4_CTR_HMAC_SHA256;
  return available;
}

size_t cipher_key_bytes(enum cipher_kind kind) {
  return kind == CIPHER_AES_256_GCM ? 32 : SM4_KEY_BYTES + HMAC_KEY_BYTES;
}

static evp_md_ctx *begin_hash(const uint8_t key[HMAC_KEY_BYTES], uint8_t padding) {
  const struct openssl_digests *digests = openssl_digests();
  uint8_t block[SHA256_BLOCK_BYTES];
  memset(block, padding, sizeof block);
  for (size_t i = 0; i < HMAC_KEY_BYTES; i++) block[i] ^= key[i];
  evp_md_ctx *context = digests->create();
  if (context != NULL && (digests->begin(context, digests->sha256(), NULL) != 1 ||
                          digests->update(context, block, sizeof block) != 1)) {
    digests->release(context);
    context = NULL;
  }
  return context;
}

static int begin_hmac(struct cipher *cipher, const uint8_t *key, const uint8_t nonce[CIPHER_NONCE_BYTES]) {
  cipher->inner = begin_hash(key, 0x36);
  cipher->outer = begin_hash(key, 0x5c);
  return cipher->inner != NULL && cipher->outer != NULL &&
         openssl_digests()->update(cipher->inner, nonce, CIPHER_NONCE_BYTES) == 1;
}

static int begin(struct cipher *cipher, const uint8_t *key, const uint8_t nonce[CIPHER_NONCE_BYTES]) {
  const struct openssl_ciphers *ciphers = openssl_ciphers();
  cipher->context = ciphers->create();
  if (cipher->context == NULL) return 0;
  uint8_t counter[CIPHER_NONCE_BYTES + 4] = {0}; // of GCM only the nonce is read
  memcpy(counter, nonce, CIPHER_NONCE_BYTES);
  const evp_cipher *type = cipher->kind == CIPHER_AES_256_GCM ? ciphers->aes_256_gcm() : ciphers->sm4_ctr();
  if (ciphers->begin(cipher->context, type, NULL, key, counter, cipher->encrypts) != 1) return 0;
  return cipher->kind == CIPHER_AES_256_GCM || begin_hmac(cipher, key + SM4_KEY_BYTES, nonce);
}

struct cipher *cipher_begin(enum cipher_kind kind, int encrypts, const uint8_t *key,
                            const uint8_t nonce[CIPHER_NONCE_BYTES]) {
  struct cipher *cipher = calloc(1, sizeof *cipher);
  if (cipher == NULL) return NULL;
  cipher->kind = kind;
  cipher->encrypts = encrypts;
  if (begin(cipher, key, nonce)) return cipher;
  cipher_free(cipher);
  return NULL;
}

static int authenticate(struct cipher *cipher, const uint8_t *data, size_t length) {
  return cipher->inner == NULL || openssl_digests()->update(cipher->inner, data, length) == 1;
}

// OpenSSL takes lengths as int.
static int run(struct cipher *cipher, uint8_t *data, size_t length) {
  while (length > 0) {
    int written, step = length < INT_MAX ? (int)length : INT_MAX / 2;
    if (openssl_ciphers()->update(cipher->context, data, &written, data, step) != 1 || written != step) return 0;
    data += step, length -= (size_t)step;
  }
  return 1;
}

int cipher_update(struct cipher *cipher, uint8_t *data, size_t length) {
  if (cipher->failed) return 0;
  int done = cipher->encrypts ? run(cipher, data, length) && authenticate(cipher, data, length)
                              : authenticate(cipher, data, length) && run(cipher, data, length);
  cipher->failed = !done;
  return done;
}

static int hmac_tag(struct cipher *cipher, uint8_t tag[CIPHER_TAG_BYTES]) {
  const struct openssl_digests *digests = openssl_digests();
  uint8_t digest[SHA256_BYTES];
  if (digests->finish(cipher->inner, digest, NULL) != 1 ||
      digests->update(cipher->outer, digest, sizeof digest) != 1 ||
      digests->finish(cipher->outer, digest, NULL) != 1) {
    return 0;
  }
  memcpy(tag, digest, CIPHER_TAG_BYTES);
  return 1;
}

static int end(struct cipher *cipher) {
  uint8_t none[16];
  int written;
  return openssl_ciphers()->finish(cipher->context, none, &written) == 1;
}

int cipher_finish(struct cipher *cipher, uint8_t tag[CIPHER_TAG_BYTES]) {
  if (cipher->failed || !end(cipher)) return 0;
  if (cipher->inner != NULL) return hmac_tag(cipher, tag);
  return openssl_ciphers()->control(cipher->context, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG_BYTES, tag) == 1;
}

int cipher_verify(struct cipher *cipher, const uint8_t tag[CIPHER_TAG_BYTES]) {
  uint8_t own[CIPHER_TAG_BYTES];
  if (cipher->failed) return 0;
  if (cipher->inner == NULL) {
    memcpy(own, tag, sizeof own);
    return openssl_ciphers()->control(cipher->context, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG_BYTES, own) == 1 &&
           end(cipher);
  }
  if (!hmac_tag(cipher, own)) return 0;
  uint8_t difference = 0; // found in a time that does not depend on it
  for (size_t i = 0; i < sizeof own; i++) difference |= own[i] ^ tag[i];
  return difference == 0;
}

void cipher_free(struct cipher *cipher) {
  if (cipher->context != NULL) openssl_ciphers()->release(cipher->context);
  if (cipher->inner != NULL) openssl_digests()->release(cipher->inner);
  if (cipher->outer != NULL) openssl_digests()->release(cipher->outer);
  free(cipher);
}
