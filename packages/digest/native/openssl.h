// The functions of OpenSSL in use. Node.js exports its OpenSSL to addons, so nothing is linked: the functions are
// looked up in the process, and missing ones are replaced by JavaScript. The declarations are those of OpenSSL 1.1 and
// later.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct evp_md evp_md;
typedef struct evp_md_ctx evp_md_ctx;

struct openssl_digests {
  evp_md_ctx *(*create)(void);                                      // EVP_MD_CTX_new
  void (*release)(evp_md_ctx *context);                             // EVP_MD_CTX_free
  int (*begin)(evp_md_ctx *context, const evp_md *type, void *engine); // EVP_DigestInit_ex
  int (*update)(evp_md_ctx *context, const void *data, size_t length); // EVP_DigestUpdate
  int (*finish)(evp_md_ctx *context, unsigned char *digest, unsigned *length); // EVP_DigestFinal_ex
  const evp_md *(*sha1)(void);
  const evp_md *(*sha256)(void);
  const evp_md *(*sha512)(void);
};

// NULL if this process has no such OpenSSL.
const struct openssl_digests *openssl_digests(void);

typedef struct evp_cipher evp_cipher;
typedef struct evp_cipher_ctx evp_cipher_ctx;

#define EVP_CTRL_AEAD_GET_TAG 0x10
#define EVP_CTRL_AEAD_SET_TAG 0x11

struct openssl_ciphers {
  evp_cipher_ctx *(*create)(void);               // EVP_CIPHER_CTX_new
  void (*release)(evp_cipher_ctx *context);      // EVP_CIPHER_CTX_free
  int (*begin)(evp_cipher_ctx *context, const evp_cipher *type, void *engine, const unsigned char *key,
               const unsigned char *iv, int encrypts); // EVP_CipherInit_ex
  int (*update)(evp_cipher_ctx *context, unsigned char *out, int *written, const unsigned char *in,
                int length);                     // EVP_CipherUpdate
  int (*finish)(evp_cipher_ctx *context, unsigned char *out, int *written); // EVP_CipherFinal_ex
  int (*control)(evp_cipher_ctx *context, int type, int argument, void *pointer); // EVP_CIPHER_CTX_ctrl
  const evp_cipher *(*aes_256_gcm)(void);
  const evp_cipher *(*sm4_ctr)(void); // NULL in a build without SM4
};

// NULL if this process has no such OpenSSL.
const struct openssl_ciphers *openssl_ciphers(void);

// As large as any SHA256_CTX: the functions below predate the others, and need neither memory nor a look-up for each digest.
union sha256_context {
  uint64_t aligned;
  uint8_t bytes[256];
};

struct openssl_sha256 {
  int (*begin)(union sha256_context *context);                                    // SHA256_Init
  int (*update)(union sha256_context *context, const void *data, size_t length);  // SHA256_Update
  int (*finish)(unsigned char *digest, union sha256_context *context);            // SHA256_Final
};

// NULL if this process has no such OpenSSL.
const struct openssl_sha256 *openssl_sha256(void);
