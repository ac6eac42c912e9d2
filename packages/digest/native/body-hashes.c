#if defined(__linux__)

#define _GNU_SOURCE // for memmem

#include "body-hashes.h"

#include <string.h>

int body_of_piece(const uint8_t *piece, size_t length, struct body *body) {
  const uint8_t *end_of_head = memmem(piece, length, "\r\n\r\n", 4);
  if (end_of_head == NULL) return 0;
  body->bytes = end_of_head + 4;
  body->length = length - (size_t)(body->bytes - piece);
  return body->length > 0 && body->length <= HASHED_BODY_MAX;
}

struct lane {
  struct md5 md5;
  const uint8_t *bytes;
  size_t left;
  struct body_hash *hash;
};

// Ends the lanes with less than a block left. Returns the number of the others, which are the first ones then.
static unsigned end_lanes(struct lane *lanes[], unsigned count) {
  for (unsigned i = 0; i < count;) {
    if (lanes[i]->left >= MD5_BLOCK_BYTES) {
      i++;
      continue;
    }
    md5_keep_rest(&lanes[i]->md5, lanes[i]->bytes, lanes[i]->left);
    md5_finish(&lanes[i]->md5, lanes[i]->hash->md5);
    lanes[i] = lanes[--count];
  }
  return count;
}

// Takes as many blocks of each lane as all of them have.
static void take_turn(struct lane *lanes[], unsigned count) {
  const struct md5_kernel *kernel = md5_kernel_for(count);
  if (count > kernel->lanes) count = kernel->lanes;
  struct md5 *streams[MD5_LANES_MAX];
  const uint8_t *data[MD5_LANES_MAX];
  size_t blocks = SIZE_MAX;
  for (unsigned i = 0; i < count; i++) {
    streams[i] = &lanes[i]->md5;
    data[i] = lanes[i]->bytes;
    if (lanes[i]->left / MD5_BLOCK_BYTES < blocks) blocks = lanes[i]->left / MD5_BLOCK_BYTES;
  }
  md5_take_blocks(kernel, streams, data, count, blocks);
  for (unsigned i = 0; i < count; i++) {
    lanes[i]->bytes += blocks * MD5_BLOCK_BYTES;
    lanes[i]->left -= blocks * MD5_BLOCK_BYTES;
  }
}

void hash_bodies(const struct body bodies[], unsigned count) {
  struct lane all[MD5_LANES_MAX], *lanes[MD5_LANES_MAX];
  for (unsigned first = 0; first < count; first += MD5_LANES_MAX) {
    unsigned running = count - first < MD5_LANES_MAX ? count - first : MD5_LANES_MAX;
    for (unsigned i = 0; i < running; i++) {
      const struct body *body = &bodies[first + i];
      all[i] = (struct lane){.bytes = body->bytes, .left = body->length, .hash = body->hash};
      md5_begin(&all[i].md5);
      lanes[i] = &all[i];
    }
    while ((running = end_lanes(lanes, running)) > 0) take_turn(lanes, running);
  }
}

#endif
