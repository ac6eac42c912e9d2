#if defined(__linux__)

#include "connections-halves.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int has_rest(const struct connection *connection) {
  return connection->is_given || outgoing_has_bytes(&connection->out);
}

// Hears of room in the socket. Only those that need it watch it.
static void await_room(struct connections *set, uint32_t number) {
  if (set->all[number].awaits_room) return;
  set->all[number].awaits_room = 1;
  connection_arm(set, number);
}

// Sends in a later turn, though the socket may have had room all along and shows no other edge.
static void send_later(struct connections *set, uint32_t number) {
  set->all[number].awaits_room = 1;
  connection_arm(set, number);
}

// Keeps the rest of a head, which was the caller's so far. Returns 0 without memory.
static int keep_head(struct outgoing *out) {
  uint8_t *copy = out->head_bytes == 0 ? NULL : malloc(out->head_bytes);
  if (copy == NULL && out->head_bytes > 0) return 0;
  if (copy != NULL) memcpy(copy, out->head + out->head_start, out->head_bytes);
  out->head = copy;
  out->head_start = 0;
  return 1;
}

// Sends an answer behind no other. Returns as `connections_send`.
static int send_now(struct connections *set, uint32_t number, const struct outgoing *answer, int more) {
  struct outgoing *out = &set->all[number].out;
  *out = *answer;
  int outcome = outgoing_send_bytes(out, set->all[number].fd, more);
  if (outcome == STEP_FULL && keep_head(out)) {
    await_room(set, number);
    return SEND_FOLLOWS;
  }
  // it is the caller's
  out->head = NULL;
  outgoing_clear_bytes(out);
  return outcome == STEP_FULL ? -ENOMEM : outcome < 0 ? outcome : SEND_DONE;
}

// Adds bytes to the head of what is to be sent. Returns 0 without memory.
static int add_to_head(struct outgoing *out, const uint8_t *bytes, size_t length) {
  uint8_t *head = malloc(out->head_bytes + length);
  if (head == NULL) return 0;
  if (out->head_bytes > 0) memcpy(head, out->head + out->head_start, out->head_bytes);
  memcpy(head + out->head_bytes, bytes, length);
  free(out->head);
  out->head = head;
  out->head_start = 0;
  out->head_bytes += length;
  return 1;
}

// Sends a short answer, or adds it to the rest of others. A connection on which that fails is cut, because what follows would pass for the answer; it is
// reported by what is received from it.
static void send_short(struct connections *set, uint32_t number, const uint8_t *bytes, size_t length, int more) {
  struct connection *connection = &set->all[number];
  const struct outgoing answer = {.head = (uint8_t *)bytes, .head_bytes = length};
  const int is_sent = has_rest(connection) ? add_to_head(&connection->out, bytes, length)
                                           : send_now(set, number, &answer, more) >= 0;
  if (!is_sent) shutdown(connection->fd, SHUT_RDWR);
}

// Whether others wait while this thread sends. A single connection is served sooner without a change of threads, and for less.
static int has_others(const struct connections *set) { return set->ready_count > 1 || set->given_count > 0; }

// Gives all that is to be sent to the sender. Returns 0 if it cannot take it.
static int give(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  if (set->sender == NULL && !set->has_no_sender) {
    set->sender = sender_start(set->notified_fd);
    set->has_no_sender = set->sender == NULL;
  }
  if (set->sender == NULL || !sender_give(set->sender, number, connection->fd, &connection->out)) return 0;
  connection->out = (struct outgoing){0};
  connection->is_given = 1;
  set->given_count++;
  if (connection->awaits_room) {
    connection->awaits_room = 0;
    connection_arm(set, number);
  }
  return 1;
}

void connection_withdraw(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  if (!connection->is_given) return;
  sender_withdraw(set->sender, number, &connection->out);
  connection->is_given = 0;
  set->given_count--;
}

void connections_flush(struct connections *set) {
  unsigned count = set->queue_count;
  set->queue_count = 0;
  set->queued_bytes = 0;
  for (unsigned i = 0; i < count; i++) {
    const struct short_answer *answer = &set->queue[i];
    send_short(set, answer->connection, set->queued + answer->start, answer->length, 0);
  }
}

static void queue(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, const uint8_t *body,
                  size_t body_bytes) {
  if (set->queue_count == QUEUE_MAX) connections_flush(set);
  uint8_t *bytes = set->queued + set->queued_bytes;
  memcpy(bytes, head, head_bytes);
  if (body_bytes > 0) memcpy(bytes + head_bytes, body, body_bytes);
  set->queue[set->queue_count++] =
      (struct short_answer){number, (uint32_t)set->queued_bytes, (uint32_t)(head_bytes + body_bytes)};
  set->queued_bytes += head_bytes + body_bytes;
}

int connections_send(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, const uint8_t *body,
                     size_t body_bytes) {
  struct connection *connection = &set->all[number];
  if (connection->broken) return -EPIPE;
  const int is_short = head_bytes + body_bytes <= SHORT_BYTES_MAX;
  if (!is_short) connections_flush(set);
  if (has_rest(connection)) return SEND_BUSY;
  if (is_short) {
    queue(set, number, head, head_bytes, body, body_bytes);
    return SEND_QUEUED;
  }
  const struct outgoing answer = {.head = (uint8_t *)head, .head_bytes = head_bytes, .body = body, .body_bytes = body_bytes};
  if (body_bytes < GIVEN_BYTES_MIN || !has_others(set)) return send_now(set, number, &answer, 0);
  connection->out = answer;
  if (!keep_head(&connection->out)) {
    connection->out = (struct outgoing){0};
    return -ENOMEM;
  }
  if (!give(set, number)) send_later(set, number);
  return SEND_FOLLOWS;
}

// Passes what follows, and leaves the rest to another turn.
static enum watch_passing pass_more(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  enum watch_passing passing;
  const enum outgoing_step step = outgoing_pass(&connection->out, connection->fd, &passing);
  if (step == STEP_DONE) return passing;
  if (step == STEP_MORE) send_later(set, number);
  else await_room(set, number);
  return PASS_FOLLOWS;
}

int connections_pass(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, struct watch *watch,
                     uint64_t position, uint64_t length) {
  struct connection *connection = &set->all[number];
  if (connection->is_given || connection->out.watch != NULL) return -EINVAL;
  connection->out.unpassed = length;
  if (connection->broken) return -EPIPE;
  connections_flush(set);
  const int is_given = length >= GIVEN_BYTES_MIN && has_others(set);
  if (head_bytes > 0 && is_given && !add_to_head(&connection->out, head, head_bytes)) return -ENOMEM;
  if (head_bytes > 0 && !is_given) send_short(set, number, head, head_bytes, MSG_MORE);
  connection->out.watch = watch_hold(watch);
  connection->out.position = position;
  connection->out.unpassed = length;
  if (is_given && give(set, number)) return PASS_FOLLOWS;
  if (!outgoing_has_bytes(&connection->out)) return (int)pass_more(set, number);
  send_later(set, number);
  return PASS_FOLLOWS;
}

uint64_t connections_unpassed(const struct connections *set, uint32_t number) {
  const struct connection *connection = &set->all[number];
  uint64_t unpassed = connection->out.unpassed;
  if (connection->is_given) sender_unsent(set->sender, number, &unpassed);
  return unpassed;
}

size_t connections_unsent(struct connections *set, uint32_t number) {
  const struct connection *connection = &set->all[number];
  uint64_t unpassed;
  connections_flush(set);
  return connection->is_given ? sender_unsent(set->sender, number, &unpassed)
                              : connection->out.head_bytes + connection->out.body_bytes;
}

size_t connections_withdraw(struct connections *set, uint32_t number) {
  connection_withdraw(set, number);
  return connections_unsent(set, number);
}

void connections_copy_unsent(const struct connections *set, uint32_t number, uint8_t *bytes) {
  const struct outgoing *out = &set->all[number].out;
  if (out->head_bytes > 0) memcpy(bytes, out->head + out->head_start, out->head_bytes);
  if (out->body_bytes > 0) memcpy(bytes + out->head_bytes, out->body, out->body_bytes);
}

void connection_send_more(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  struct outgoing *out = &connection->out;
  if (connection->is_given) return;
  if (out->body_bytes + (out->watch == NULL ? 0 : out->unpassed) >= GIVEN_BYTES_MIN && has_others(set) && give(set, number)) return;
  if (outgoing_has_bytes(out)) {
    int outcome = outgoing_send_bytes(out, connection->fd, out->watch != NULL ? MSG_MORE : 0);
    if (outcome == STEP_FULL) return;
    outgoing_clear_bytes(out);
    if (outcome < 0) return connection_note_broken(set, number, -outcome);
    if (out->watch == NULL) return connection_note(set, number, REPORT_SENT, 0, 0);
  }
  if (out->watch == NULL) return;
  enum watch_passing passing = pass_more(set, number);
  if (passing != PASS_FOLLOWS) connection_note(set, number, REPORT_PASSED, passing, (size_t)out->unpassed);
}

void connections_take_sent(struct connections *set) {
  struct sent sent[SENT_MAX];
  const unsigned count = set->sender == NULL ? 0 : sender_take(set->sender, sent, SENT_MAX);
  for (unsigned i = 0; i < count; i++) {
    struct connection *connection = &set->all[sent[i].connection];
    outgoing_clear(&sent[i].out);
    connection->is_given = 0;
    set->given_count--;
    connection->out.unpassed = sent[i].out.unpassed;
    // it may have been noticed when bytes were to be received
    if (connection->broken) continue;
    if (sent[i].error != 0) connection_note_broken(set, sent[i].connection, sent[i].error);
    else if (!sent[i].is_pass) connection_note(set, sent[i].connection, REPORT_SENT, 0, 0);
    else connection_note(set, sent[i].connection, REPORT_PASSED, sent[i].passing, (size_t)sent[i].out.unpassed);
  }
}

#endif
