// Ciphers of the process's OpenSSL, in place, with a tag of 16 bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CIPHER_TAG_BYTES 16
#define CIPHER_NONCE_BYTES 12

enum cipher_kind {
  CIPHER_AES_256_GCM,             // key: 32 bytes
  CIPHER_SM4_CTR_HMAC_SHA256,     // key: 16 bytes of SM4, then 32 of the HMAC, which covers the nonce and what is encrypted
  CIPHER_KINDS,
};

struct cipher;

// A set: the bit 1 << kind is there if this process can run it.
unsigned ciphers_available(void);

size_t cipher_key_bytes(enum cipher_kind kind);

// Begins one text. NULL if OpenSSL fails.
struct cipher *cipher_begin(enum cipher_kind kind, int encrypts, const uint8_t *key,
                            const uint8_t nonce[CIPHER_NONCE_BYTES]);

// Encrypts or decrypts the next bytes. Returns 0 if OpenSSL fails, now or before.
int cipher_update(struct cipher *cipher, uint8_t *data, size_t length);

// The tag of an encrypted text; called once, at its end. Returns 0 if OpenSSL failed.
int cipher_finish(struct cipher *cipher, uint8_t tag[CIPHER_TAG_BYTES]);

// Whether the tag is that of a decrypted text; called once, at its end.
int cipher_verify(struct cipher *cipher, const uint8_t tag[CIPHER_TAG_BYTES]);

void cipher_free(struct cipher *cipher);
