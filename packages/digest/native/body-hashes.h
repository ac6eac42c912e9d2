// The MD5 of small bodies that came in one batch: several at once, one in each lane of a vector.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "md5.h"

// Longer bodies are hashed by the engine's threads.
#define HASHED_BODY_MAX 4096

// The bytes behind the first empty line of a piece. A `length` of 0: they were not hashed.
struct body_hash {
  int32_t start, length; // in the arena
  uint8_t md5[MD5_DIGEST_BYTES];
};

struct body {
  const uint8_t *bytes;
  size_t length;
  struct body_hash *hash;
};

// Finds the body of a piece. Returns 0 if it has none that is hashed.
int body_of_piece(const uint8_t *piece, size_t length, struct body *body);

// Fills the `md5` of each.
void hash_bodies(const struct body bodies[], unsigned count);
