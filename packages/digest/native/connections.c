#if defined(__linux__)

#define _GNU_SOURCE // for EPOLLRDHUP

#include "connections-halves.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "body-hashes.h"

// Edges, so that no request changes what is watched. A read that takes less than it could has taken everything; behind any other the
// edge has to be armed again.
#define WATCHED (EPOLLIN | EPOLLRDHUP | EPOLLET)
#define OVER (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define NONE UINT32_MAX

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

// Returns the descriptor of a number that is no longer used.
static int forget(struct connections *set, uint32_t number) {
  struct connection *connection = &set->all[number];
  int fd = connection->fd;
  uint32_t *list = set->gathering ? &set->first_dropped : &set->first_free;
  connection_withdraw(set, number);
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
  connection_withdraw(set, number);
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

void connection_arm(struct connections *set, uint32_t number) {
  const uint32_t events = set->all[number].awaits_room ? WATCHED | EPOLLOUT : WATCHED;
  struct epoll_event event = {.events = events, .data.u32 = number};
  epoll_ctl(set->epoll_fd, EPOLL_CTL_MOD, set->all[number].fd, &event);
}

void connection_note(struct connections *set, uint32_t number, enum report_kind kind, size_t start, size_t length) {
  set->reports[set->report_count++] = (struct report){(int32_t)number, kind, (int32_t)start, (int32_t)length};
}

void connection_note_broken(struct connections *set, uint32_t number, int error) {
  set->all[number].broken = 1;
  connection_note(set, number, REPORT_BROKEN, 0, (size_t)error);
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
    if (!is_placed && reads > 0) return connection_arm(set, number);
    const size_t length = is_placed ? connection->target_bytes : PIECE_BYTES;
    int64_t received = receive(connection, bytes, length);
    if (received == -1) return connection_note(set, number, REPORT_ENDED, 0, 0);
    if (received < 0) return connection_note_broken(set, number, (int)-received);
    if (received == 0) return;
    if (is_placed) {
      connection_note(set, number, REPORT_PLACED, 0, (size_t)received);
      advance_target(connection, received);
      if (connection->paused) return;
    } else {
      connection_note(set, number, REPORT_CAME, set->arena_used, (size_t)received);
      set->arena_used += (size_t)received;
      if ((size_t)received == length) return connection_arm(set, number);
    }
    // it was a short read, which may have left an end
    if (!is_over) return;
  }
  connection_arm(set, number);
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
  connections_take_sent(set);
  for (int i = 0; i < count; i++) {
    uint32_t number = ready[i].data.u32;
    if (number == NONE) continue;
    struct connection *connection = &set->all[number];
    if (ready[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) connection_send_more(set, number);
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
  if (!paused) connection_arm(set, number);
}

void connections_shut(struct connections *set, uint32_t number) {
  connections_flush(set);
  shutdown(set->all[number].fd, SHUT_WR);
}

#endif
