// What is still to be sent on a connection: bytes in memory, and behind them those of a watched file. Linux only.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "watch.h"

// Bytes that are passed before others have their turn.
#define PASSED_AT_ONCE (1u << 20)

struct outgoing {
  uint8_t *head; // allocated
  size_t head_start, head_bytes;
  const uint8_t *body; // the caller's
  size_t body_bytes;
  struct watch *watch; // held, or NULL
  uint64_t position, unpassed;
  int is_corked; // only within a pass of more than PASSED_AT_ONCE
};

enum outgoing_step {
  STEP_DONE,
  STEP_FULL, // the socket takes no more
  STEP_MORE, // others have their turn first
};

// Whether some of head or body is left.
static inline int outgoing_has_bytes(const struct outgoing *out) { return out->head_bytes + out->body_bytes > 0; }

// Forgets head and body.
void outgoing_clear_bytes(struct outgoing *out);

// Forgets all except `unpassed`.
void outgoing_clear(struct outgoing *out);

// Sends head and body to a socket that does not block. With MSG_MORE in `flags` the socket may wait for what follows. Returns STEP_DONE, STEP_FULL or a negative errno.
int outgoing_send_bytes(struct outgoing *out, int socket, int flags);

// Passes bytes of the watched file, at most PASSED_AT_ONCE. Returns an `outgoing_step`; behind STEP_DONE the reason is in `*passing`.
enum outgoing_step outgoing_pass(struct outgoing *out, int socket, enum watch_passing *passing);
