#if defined(__linux__)

#define _GNU_SOURCE // for EPOLLRDHUP

#include "connections.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "body-hashes.h"
#include "sender.h"

// Edges, so that no request changes what is watched. A read that takes less than it could has taken everything; behind any other the
// edge has to be armed again.
#define WATCHED (EPOLLIN | EPOLLRDHUP | EPOLLET)
#define OVER (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define NONE UINT32_MAX

struct connection {
  int fd; // -1: the number is free
  uint32_t next;
  uint8_t paused, ended, broken;
  uint8_t *target; // where bytes go, if not into the arena
  size_t target_bytes;
  uint8_t awaits_room; // in the socket, for `out`
  uint8_t is_given;    // what was in `out` is with the sender
  struct outgoing out; // what the kernel did not take yet
};

// A short answer that waits for others, with its bytes in `queued`.
struct short_answer {
  uint32_t connection;
  uint32_t start, length;
};

struct connections {
  int epoll_fd;
  int notified_fd; // an eventfd, for the sender
  struct sender *sender; // since it was first needed
  int has_no_sender;
  unsigned given_count;  // connections of which the sender has something
  unsigned ready_count; // that were ready in the last batch
  struct short_answer queue[QUEUE_MAX];
  unsigned queue_count;
  size_t queued_bytes;
  uint8_t queued[QUEUE_MAX * SHORT_BYTES_MAX];
  struct report *reports;
  uint8_t *arena;
  struct connection *all;
  uint32_t count;
  uint32_t first_free, first_dropped; // lists; what is dropped becomes free when its batch was handled
  int gathering;
  int ready_max; // how many connections are served next
  int brings_bodies; // what came last was mostly requests with bodies
  unsigned report_count;
  size_t arena_used;
};

int connections_open(struct report *reports, uint8_t *arena, struct connections **result) {
  struct connections *set = calloc(1, sizeof *set);
  if (set == NULL) return ENOMEM;
  set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  set->notified_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = NONE};
  if (set->epoll_fd < 0 || set->notified_fd < 0 || epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, set->notified_fd, &event) < 0) {
    int error = errno;
    if (set->epoll_fd >= 0) close(set->epoll_fd);
    if (set->notified_fd >= 0) close(set->notified_fd);
    free(set);
    return error;
  }
  set->reports = reports;
  set->arena = arena;
  set->first_free = set->first_dropped = NONE;
  set->ready_max = READY_MAX;
  *result = set;
  return 0;
}

void connections_close(struct connections *set) {
  if (set->sender != NULL) sender_stop(set->sender);
  for (uint32_t i = 0; i < set->count; i++) {
    if (set->all[i].fd >= 0) close(set->all[i].fd);
    outgoing_clear(&set->all[i].out);
  }
  close(set->epoll_fd);
  close(set->notified_fd);
  free(set->all);
  free(set);
}

int connections_descriptor(const struct connections *set) { return set->epoll_fd; }

int connections_has(const struct connections *set, uint32_t number) {
  return number < set->count && set->all[number].fd >= 0;
}

static int grow(struct connections *set) {
  uint32_t count = set->count * 2 + 64;
  struct connection *all = realloc(set->all, count * sizeof *all);
  if (all == NULL) return 0;
  set->all = all;
  for (uint32_t i = count; i-- > set->count;) {
    all[i] = (struct connection){.fd = -1, .next = set->first_free};
    set->first_free = i;
  }
  set->count = count;
  return 1;
}

int connections_adopt(struct connections *set, int fd) {
  if (set->first_free == NONE && !grow(set)) return -ENOMEM;
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return -errno;
  uint32_t number = set->first_free;
  struct epoll_event event = {.events = WATCHED, .data.u32 = number};
  int flags = fcntl(own, F_GETFL);
  if (flags < 0 || fcntl(own, F_SETFL, flags | O_NONBLOCK) < 0 ||
      epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, own, &event) < 0) {
    int error = errno;
    close(own);
    return -error;
  }
  set->first_free = set->all[number].next;
  set->all[number] = (struct connection){.fd = own};
  return (int)number;
}

static void withdraw(struct connections *set, uint32_t number);

// Returns the descriptor of a number that is no longer used.
static int forget(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  int fd = connection->fd;
  uint32_t *list = set->gathering ? &set->first_dropped : &set->first_free;
  withdraw(set, number);
  outgoing_clear(&connection->out);
  *connection = (struct connection){.fd = -1, .next = *list};
  *list = number;
  return fd;
}

int connections_release(struct connections *set, uint32_t number) {
  connections_flush(set);
  int fd = forget(set, number);
  epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
  return fd;
}

uint64_t connections_drop(struct connections *set, uint32_t number) {
  // the sender may send more of it until it is withdrawn
  withdraw(set, number);
  const uint64_t unpassed = set->all[number].out.unpassed;
  close(connections_release(set, number));
  return unpassed;
}

void connections_gathered(struct connections *set) {
  connections_flush(set);
  set->gathering = 0;
  while (set->first_dropped != NONE) {
    uint32_t number = set->first_dropped;
    set->first_dropped = set->all[number].next;
    set->all[number].next = set->first_free;
    set->first_free = number;
  }
}

static void arm(struct connections *set, uint32_t number) {
  const uint32_t events = set->all[number].awaits_room ? WATCHED | EPOLLOUT : WATCHED;
  struct epoll_event event = {.events = events, .data.u32 = number};
  epoll_ctl(set->epoll_fd, EPOLL_CTL_MOD, set->all[number].fd, &event);
}

static void note(struct connections *set, uint32_t number, enum report_kind kind, size_t start, size_t length) {
  set->reports[set->report_count++] = (struct report){(int32_t)number, kind, (int32_t)start, (int32_t)length};
}

static void note_broken(struct connections *set, uint32_t number, int error) {
  set->all[number].broken = 1;
  note(set, number, REPORT_BROKEN, 0, (size_t)error);
}

// Receives once. Returns the bytes, 0 if nothing has come, -1 at the end, or another negative errno, which is never EPERM.
static int64_t receive(struct connection *connection, uint8_t *bytes, size_t length) {
  ssize_t received;
  do {
    received = recv(connection->fd, bytes, length, MSG_DONTWAIT);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -(int64_t)errno;
  if (received == 0) {
    connection->ended = 1;
    return -1;
  }
  return received;
}

static void advance_target(struct connection *connection, int64_t bytes) {
  connection->target += bytes;
  connection->target_bytes -= (size_t)bytes;
  if (connection->target_bytes > 0) return;
  connection->target = NULL;
  connection->paused = 1;
}

int64_t connections_receive(struct connections *set, uint32_t number, uint8_t *bytes, size_t length) {
  struct connection *connection = &set->all[number];
  connection->target = NULL;
  connection->paused = length == 0;
  if (length == 0 || connection->broken) return 0;
  if (connection->ended) return -1;
  int64_t received = receive(connection, bytes, length);
  if (received < 0) return received;
  connection->target = bytes;
  connection->target_bytes = length;
  advance_target(connection, received);
  return received;
}

// Notes what came, and whether the other side has ended.
static void take(struct connections *set, uint32_t number, int is_over) {
  struct connection *connection = &set->all[number];
  for (int reads = 0; reads < REPORTS_EACH - 1; reads++) {
    const int is_placed = connection->target != NULL;
    uint8_t *bytes = is_placed ? connection->target : set->arena + set->arena_used;
    // the arena has room for one piece of each connection
    if (!is_placed && reads > 0) return arm(set, number);
    const size_t length = is_placed ? connection->target_bytes : PIECE_BYTES;
    int64_t received = receive(connection, bytes, length);
    if (received == -1) return note(set, number, REPORT_ENDED, 0, 0);
    if (received < 0) return note_broken(set, number, (int)-received);
    if (received == 0) return;
    if (is_placed) {
      note(set, number, REPORT_PLACED, 0, (size_t)received);
      advance_target(connection, received);
      if (connection->paused) return;
    } else {
      note(set, number, REPORT_CAME, set->arena_used, (size_t)received);
      set->arena_used += (size_t)received;
      if ((size_t)received == length) return arm(set, number);
    }
    // it was a short read, which may have left an end
    if (!is_over) return;
  }
  arm(set, number);
}

static int has_rest(const struct connection *connection) {
  return connection->is_given || outgoing_has_bytes(&connection->out);
}

// Hears of room in the socket. Only those that need it watch it.
static void await_room(struct connections *set, uint32_t number) {
  if (set->all[number].awaits_room) return;
  set->all[number].awaits_room = 1;
  arm(set, number);
}

// Sends in a later turn, though the socket may have had room all along and shows no other edge.
static void send_later(struct connections *set, uint32_t number) {
  set->all[number].awaits_room = 1;
  arm(set, number);
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
    arm(set, number);
  }
  return 1;
}

// Takes back what the sender has of a connection.
static void withdraw(struct connections *set, uint32_t number) {
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
  withdraw(set, number);
  return connections_unsent(set, number);
}

void connections_copy_unsent(const struct connections *set, uint32_t number, uint8_t *bytes) {
  const struct outgoing *out = &set->all[number].out;
  if (out->head_bytes > 0) memcpy(bytes, out->head + out->head_start, out->head_bytes);
  if (out->body_bytes > 0) memcpy(bytes + out->head_bytes, out->body, out->body_bytes);
}

static void send_more(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  struct outgoing *out = &connection->out;
  if (connection->is_given) return;
  if (out->body_bytes + (out->watch == NULL ? 0 : out->unpassed) >= GIVEN_BYTES_MIN && has_others(set) && give(set, number)) return;
  if (outgoing_has_bytes(out)) {
    int outcome = outgoing_send_bytes(out, connection->fd, out->watch != NULL ? MSG_MORE : 0);
    if (outcome == STEP_FULL) return;
    outgoing_clear_bytes(out);
    if (outcome < 0) return note_broken(set, number, -outcome);
    if (out->watch == NULL) return note(set, number, REPORT_SENT, 0, 0);
  }
  if (out->watch == NULL) return;
  enum watch_passing passing = pass_more(set, number);
  if (passing != PASS_FOLLOWS) note(set, number, REPORT_PASSED, passing, (size_t)out->unpassed);
}

// Notes what the sender has sent.
static void take_sent(struct connections *set) {
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
    if (sent[i].error != 0) note_broken(set, sent[i].connection, sent[i].error);
    else if (!sent[i].is_pass) note(set, sent[i].connection, REPORT_SENT, 0, 0);
    else note(set, sent[i].connection, REPORT_PASSED, sent[i].passing, (size_t)sent[i].out.unpassed);
  }
}

// Notes whether most of what came is requests with bodies; a full piece is the beginning of a larger one.
static void look_for_bodies(struct connections *set) {
  unsigned pieces = 0, bodies = 0, large = 0;
  for (unsigned i = 0; i < set->report_count; i++) {
    if (set->reports[i].kind != REPORT_CAME) continue;
    pieces++;
    bodies += set->reports[i].length >= BODY_PIECE_MIN;
    large += set->reports[i].length == (int32_t)PIECE_BYTES;
  }
  if (pieces == 0) return;
  set->brings_bodies = bodies * 2 > pieces;
  set->ready_max = large * 2 > pieces ? READY_MAX_OF_PARTS : set->brings_bodies ? READY_MAX_OF_WRITES : READY_MAX;
}

unsigned connections_gather(struct connections *set, int *more) {
  struct epoll_event ready[READY_MAX];
  set->gathering = 1;
  set->report_count = 0;
  set->arena_used = 0;
  const int ready_max = set->ready_max;
  int count = epoll_wait(set->epoll_fd, ready, ready_max, 0);
  set->ready_count = 0;
  for (int i = 0; i < count; i++) set->ready_count += ready[i].data.u32 != NONE;
  take_sent(set);
  for (int i = 0; i < count; i++) {
    uint32_t number = ready[i].data.u32;
    if (number == NONE) continue;
    struct connection *connection = &set->all[number];
    if (ready[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) send_more(set, number);
    if ((ready[i].events & (EPOLLIN | OVER)) && !connection->paused && !connection->ended && !connection->broken) {
      take(set, number, (ready[i].events & OVER) != 0);
    }
  }
  look_for_bodies(set);
  *more = count == ready_max && !set->brings_bodies;
  return set->report_count;
}

void connections_hash_bodies(const struct connections *set, struct body_hash *hashes) {
  struct body bodies[REPORTS_MAX];
  unsigned count = 0;
  for (unsigned i = 0; i < set->report_count; i++) {
    const struct report *report = &set->reports[i];
    hashes[i].length = 0;
    // JavaScript could have written to the reports
    const size_t start = (uint32_t)report->start, length = (uint32_t)report->length;
    if (report->kind != REPORT_CAME || start > ARENA_BYTES || length > ARENA_BYTES - start) continue;
    struct body *body = &bodies[count];
    if (!body_of_piece(set->arena + start, length, body)) continue;
    hashes[i].start = (int32_t)(body->bytes - set->arena);
    hashes[i].length = (int32_t)body->length;
    body->hash = &hashes[i];
    count++;
  }
  hash_bodies(bodies, count);
}

void connections_pause(struct connections *set, uint32_t number, int paused) {
  struct connection *connection = &set->all[number];
  if (connection->paused == (paused != 0)) return;
  connection->paused = paused != 0;
  if (!paused) arm(set, number);
}

void connections_shut(struct connections *set, uint32_t number) {
  connections_flush(set);
  shutdown(set->all[number].fd, SHUT_WR);
}

#endif
