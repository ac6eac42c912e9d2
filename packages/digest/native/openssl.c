#if defined(__linux__)
#define _GNU_SOURCE // for RTLD_DEFAULT
#endif

#include "openssl.h"

#include <dlfcn.h>
#include <pthread.h>

static struct openssl_digests digests;
static int has_digests;

// POSIX guarantees that a pointer to a function fits into one to data.
static int look_up(const char *name, void *function) {
  void *found = dlsym(RTLD_DEFAULT, name);
  *(void **)function = found;
  return found != NULL;
}

static void look_up_all(void) {
  has_digests = look_up("EVP_MD_CTX_new", &digests.create) && look_up("EVP_MD_CTX_free", &digests.release) &&
                look_up("EVP_DigestInit_ex", &digests.begin) && look_up("EVP_DigestUpdate", &digests.update) &&
                look_up("EVP_DigestFinal_ex", &digests.finish) && look_up("EVP_sha1", &digests.sha1) &&
                look_up("EVP_sha256", &digests.sha256);
}

const struct openssl_digests *openssl_digests(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, look_up_all);
  return has_digests ? &digests : NULL;
}
