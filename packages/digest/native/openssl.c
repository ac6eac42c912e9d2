#include "look-up.h" // first: it selects what the system declares

#include "openssl.h"

#include <pthread.h>

static struct openssl_digests digests;
static struct openssl_ciphers ciphers;
static struct openssl_sha256 sha256;
static int has_digests, has_ciphers, has_sha256;

static void look_up_all(void) {
  has_digests = look_up("EVP_MD_CTX_new", &digests.create) && look_up("EVP_MD_CTX_free", &digests.release) &&
                look_up("EVP_DigestInit_ex", &digests.begin) && look_up("EVP_DigestUpdate", &digests.update) &&
                look_up("EVP_DigestFinal_ex", &digests.finish) && look_up("EVP_sha1", &digests.sha1) &&
                look_up("EVP_sha256", &digests.sha256) && look_up("EVP_sha512", &digests.sha512);
  has_ciphers = look_up("EVP_CIPHER_CTX_new", &ciphers.create) && look_up("EVP_CIPHER_CTX_free", &ciphers.release) &&
                look_up("EVP_CipherInit_ex", &ciphers.begin) && look_up("EVP_CipherUpdate", &ciphers.update) &&
                look_up("EVP_CipherFinal_ex", &ciphers.finish) && look_up("EVP_CIPHER_CTX_ctrl", &ciphers.control) &&
                look_up("EVP_aes_256_gcm", &ciphers.aes_256_gcm);
  look_up("EVP_sm4_ctr", &ciphers.sm4_ctr);
  has_sha256 = look_up("SHA256_Init", &sha256.begin) && look_up("SHA256_Update", &sha256.update) &&
               look_up("SHA256_Final", &sha256.finish);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

const struct openssl_digests *openssl_digests(void) {
  pthread_once(&once, look_up_all);
  return has_digests ? &digests : NULL;
}

const struct openssl_ciphers *openssl_ciphers(void) {
  pthread_once(&once, look_up_all);
  return has_ciphers ? &ciphers : NULL;
}

const struct openssl_sha256 *openssl_sha256(void) {
  pthread_once(&once, look_up_all);
  return has_sha256 ? &sha256 : NULL;
}
