#if defined(__linux__)

#define _GNU_SOURCE // for EPOLLRDHUP

#include "connections.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "body-hashes.h"
#include "watch.h"

// Edges, so that no request changes what is watched. A read that takes less than it could has taken everything; behind any other the
// edge has to be armed again.
#define WATCHED (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define OVER (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define NONE UINT32_MAX

struct connection {
  int fd; // -1: the number is free
  uint32_t next;
  uint8_t paused, ended, broken;
  uint8_t *target; // where bytes go, if not into the arena
  size_t target_bytes;
  // What the kernel did not take yet: a copy of the head, and the caller's body.
  uint8_t *head;
  size_t head_start, head_bytes;
  const uint8_t *body;
  size_t body_bytes;
  // What is passed behind that.
  struct watch *watch;
  uint64_t position, unpassed;
};

// A short answer that waits for others, with its bytes in `queued`.
struct short_answer {
  uint32_t connection;
  uint32_t start, length;
};

struct connections {
  int epoll_fd;
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
  if (set->epoll_fd < 0) {
    int error = errno;
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
  for (uint32_t i = 0; i < set->count; i++) {
    if (set->all[i].fd >= 0) close(set->all[i].fd);
    if (set->all[i].watch != NULL) watch_end(set->all[i].watch);
    free(set->all[i].head);
  }
  close(set->epoll_fd);
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

// Returns the descriptor of a number that is no longer used.
static int forget(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  int fd = connection->fd;
  uint32_t *list = set->gathering ? &set->first_dropped : &set->first_free;
  free(connection->head);
  if (connection->watch != NULL) watch_end(connection->watch);
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

void connections_drop(struct connections *set, uint32_t number) { close(connections_release(set, number)); }

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
  struct epoll_event event = {.events = WATCHED, .data.u32 = number};
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

// Sends the rest of an answer. Returns SEND_DONE, SEND_FOLLOWS or a negative errno. With MSG_MORE the socket may wait for what follows.
static int send_rest(struct connection *connection, int more) {
  while (connection->head_bytes + connection->body_bytes > 0) {
    struct iovec pieces[2];
    struct msghdr message = {.msg_iov = pieces};
    if (connection->head_bytes > 0) {
      pieces[message.msg_iovlen++] = (struct iovec){connection->head + connection->head_start, connection->head_bytes};
    }
    if (connection->body_bytes > 0) {
      pieces[message.msg_iovlen++] = (struct iovec){(void *)connection->body, connection->body_bytes};
    }
    ssize_t sent = sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | more);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? SEND_FOLLOWS : -errno;
    size_t of_head = (size_t)sent < connection->head_bytes ? (size_t)sent : connection->head_bytes;
    connection->head_start += of_head;
    connection->head_bytes -= of_head;
    connection->body += (size_t)sent - of_head;
    connection->body_bytes -= (size_t)sent - of_head;
  }
  return SEND_DONE;
}

static int has_rest(const struct connection *connection) { return connection->head_bytes + connection->body_bytes > 0; }

static void clear_rest(struct connection *connection) {
  free(connection->head);
  connection->head = NULL;
  connection->body = NULL;
  connection->head_start = connection->head_bytes = connection->body_bytes = 0;
}

// Keeps the rest of a head, which was the caller's so far. Returns 0 without memory.
static int keep_head(struct connection *connection) {
  if (connection->head_bytes == 0) {
    connection->head = NULL;
    return 1;
  }
  uint8_t *copy = malloc(connection->head_bytes);
  if (copy == NULL) return 0;
  memcpy(copy, connection->head + connection->head_start, connection->head_bytes);
  connection->head = copy;
  connection->head_start = 0;
  return 1;
}

// Sends an answer behind no other. Returns as `connections_send`.
static int send_now(struct connection *connection, const uint8_t *head, size_t head_bytes, const uint8_t *body,
                    size_t body_bytes, int more) {
  connection->head = (uint8_t *)head;
  connection->head_bytes = head_bytes;
  connection->body = body;
  connection->body_bytes = body_bytes;
  int outcome = send_rest(connection, more);
  if (outcome == SEND_FOLLOWS && keep_head(connection)) return outcome;
  connection->head = NULL;
  clear_rest(connection);
  return outcome == SEND_FOLLOWS ? -ENOMEM : outcome;
}

// Sends a short answer, or adds it to the rest of others. A connection on which that fails is cut, because what follows would pass for the answer; it is
// reported by what is received from it.
static void send_short(struct connection *connection, const uint8_t *bytes, size_t length, int more) {
  if (!has_rest(connection)) {
    if (send_now(connection, bytes, length, NULL, 0, more) < 0) shutdown(connection->fd, SHUT_RDWR);
    return;
  }
  uint8_t *rest = malloc(connection->head_bytes + length);
  if (rest == NULL) {
    shutdown(connection->fd, SHUT_RDWR);
    return;
  }
  memcpy(rest, connection->head + connection->head_start, connection->head_bytes);
  memcpy(rest + connection->head_bytes, bytes, length);
  free(connection->head);
  connection->head = rest;
  connection->head_start = 0;
  connection->head_bytes += length;
}

void connections_flush(struct connections *set) {
  unsigned count = set->queue_count;
  set->queue_count = 0;
  set->queued_bytes = 0;
  for (unsigned i = 0; i < count; i++) {
    const struct short_answer *answer = &set->queue[i];
    send_short(&set->all[answer->connection], set->queued + answer->start, answer->length, 0);
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
  if (!is_short) return send_now(connection, head, head_bytes, body, body_bytes, 0);
  queue(set, number, head, head_bytes, body, body_bytes);
  return SEND_QUEUED;
}

// Passes what follows, and leaves the rest to another turn.
static enum watch_passing pass_more(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  const uint64_t left = connection->unpassed, step = left < PASSED_AT_ONCE ? left : PASSED_AT_ONCE;
  uint64_t passed = 0;
  enum watch_passing outcome = watch_pass(connection->watch, connection->fd, connection->position, step, step < left, &passed);
  connection->position += passed;
  connection->unpassed -= passed;
  if (outcome == PASS_DONE && connection->unpassed > 0) {
    arm(set, number);
    return PASS_FOLLOWS;
  }
  if (outcome != PASS_FOLLOWS) {
    watch_end(connection->watch);
    connection->watch = NULL;
  }
  return outcome;
}

int connections_pass(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, struct watch *watch,
                     uint64_t position, uint64_t length) {
  struct connection *connection = &set->all[number];
  if (connection->watch != NULL) return -EINVAL;
  connection->unpassed = length;
  if (connection->broken) return -EPIPE;
  connections_flush(set);
  if (head_bytes > 0) send_short(connection, head, head_bytes, MSG_MORE);
  connection->watch = watch_hold(watch);
  connection->position = position;
  return has_rest(connection) ? PASS_FOLLOWS : (int)pass_more(set, number);
}

uint64_t connections_unpassed(const struct connections *set, uint32_t number) { return set->all[number].unpassed; }

size_t connections_unsent(struct connections *set, uint32_t number) {
  connections_flush(set);
  return set->all[number].head_bytes + set->all[number].body_bytes;
}

void connections_copy_unsent(const struct connections *set, uint32_t number, uint8_t *bytes) {
  const struct connection *connection = &set->all[number];
  if (connection->head_bytes > 0) memcpy(bytes, connection->head + connection->head_start, connection->head_bytes);
  if (connection->body_bytes > 0) memcpy(bytes + connection->head_bytes, connection->body, connection->body_bytes);
}

static void send_more(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  const int passes = connection->watch != NULL;
  if (has_rest(connection)) {
    int outcome = send_rest(connection, passes ? MSG_MORE : 0);
    if (outcome == SEND_FOLLOWS) return;
    clear_rest(connection);
    if (outcome != SEND_DONE) return note_broken(set, number, -outcome);
    if (!passes) return note(set, number, REPORT_SENT, 0, 0);
  }
  if (!passes) return;
  enum watch_passing passing = pass_more(set, number);
  if (passing != PASS_FOLLOWS) note(set, number, REPORT_PASSED, passing, (size_t)connection->unpassed);
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
  for (int i = 0; i < count; i++) {
    uint32_t number = ready[i].data.u32;
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
