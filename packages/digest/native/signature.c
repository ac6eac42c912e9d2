#include "signature.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "openssl.h"

#define BLOCK_BYTES 64
#define DIGEST_BYTES 32
#define HEX_BYTES (2 * DIGEST_BYTES)
// Longer texts are copied to the heap.
#define USUAL_BYTES 2048

bool can_sign_digest(void) { return openssl_sha256() != NULL; }

// A string from JavaScript as bytes.
struct text {
  char usual[USUAL_BYTES];
  char *bytes;
  size_t length;
};

static int read_long_text(napi_env env, napi_value value, struct text *text) {
  if (napi_get_value_string_latin1(env, value, NULL, 0, &text->length) != napi_ok) return refuse(env, "this is not a string");
  text->bytes = malloc(text->length + 1);
  if (text->bytes == NULL) {
    napi_throw_error(env, "ENOMEM", "there is no memory for a text");
    return 0;
  }
  return napi_get_value_string_latin1(env, value, text->bytes, text->length + 1, &text->length) == napi_ok;
}

static int read_text(napi_env env, napi_value value, struct text *text) {
  text->bytes = text->usual;
  if (napi_get_value_string_latin1(env, value, text->usual, USUAL_BYTES, &text->length) != napi_ok) {
    return refuse(env, "this is not a string");
  }
  // one byte is for the terminator: this text is exactly as long as the buffer, or was cut
  return text->length < USUAL_BYTES - 1 ? 1 : read_long_text(env, value, text);
}

static void free_text(struct text *text) {
  if (text->bytes != text->usual) free(text->bytes);
}

static void hash(const void *first, size_t first_length, const void *second, size_t second_length, uint8_t *digest) {
  const struct openssl_sha256 *sha256 = openssl_sha256();
  union sha256_context context;
  sha256->begin(&context);
  sha256->update(&context, first, first_length);
  sha256->update(&context, second, second_length);
  sha256->finish(digest, &context);
}

static void pad(const uint8_t *key, size_t length, uint8_t with, uint8_t *block) {
  memset(block, with, BLOCK_BYTES);
  for (size_t i = 0; i < length; i++) block[i] ^= key[i];
}

static void write_hex(const uint8_t *digest, char *hex) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < DIGEST_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
}

// The HMAC of `head` and the hex in `hex`, which it replaces. A key is at most a block long.
static void sign(const uint8_t *key, size_t key_length, const struct text *head, char *hex) {
  const struct openssl_sha256 *sha256 = openssl_sha256();
  uint8_t block[BLOCK_BYTES], digest[DIGEST_BYTES];
  union sha256_context context;
  pad(key, key_length, 0x36, block);
  sha256->begin(&context);
  sha256->update(&context, block, BLOCK_BYTES);
  sha256->update(&context, head->bytes, head->length);
  sha256->update(&context, hex, HEX_BYTES);
  sha256->finish(digest, &context);
  pad(key, key_length, 0x5c, block);
  hash(block, BLOCK_BYTES, digest, DIGEST_BYTES, digest);
  write_hex(digest, hex);
}

napi_value sign_digest(napi_env env, napi_callback_info info) {
  napi_value values[3], result = NULL;
  const uint8_t *key;
  size_t key_length;
  struct text head, text;
  uint8_t digest[DIGEST_BYTES];
  char hex[HEX_BYTES];
  if (!read_arguments(env, info, 3, values) || !read_bytes(env, values[0], &key, &key_length)) return NULL;
  if (key_length > BLOCK_BYTES || !can_sign_digest()) {
    refuse(env, "there is no signature with such a key here");
    return NULL;
  }
  if (!read_text(env, values[1], &head)) return NULL;
  if (read_text(env, values[2], &text)) {
    hash(text.bytes, text.length, NULL, 0, digest);
    free_text(&text);
    write_hex(digest, hex);
    sign(key, key_length, &head, hex);
    napi_create_string_latin1(env, hex, HEX_BYTES, &result);
  }
  free_text(&head);
  return result;
}
