// Answers on many connections, from memory and passed from a file, while connections are dropped and reset, and while chunks of the
// file are forgotten, leave the system's memory, come back damaged, and are checked again. Every byte that comes is compared: damage must
// never be passed. To be run under a sanitizer: sender-stress FILE SEED SECONDS. A seed repeats the random choices, but not how the threads run.
//
// In 3 seconds it found each of these faults with each of 6 seeds, under AddressSanitizer and under ThreadSanitizer: `watch_map` does not clear the mark of
// a chunk that was checked; a connection that is dropped is not withdrawn from the sender, so that its socket is closed while the thread sends; `sender_withdraw` does not
// wait for the step that is under way; a pass that ends leaves its socket corked.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "connections-halves.h" // for the sockets of connections

// Damage stands for a disk that returns other bytes, which changes no times, so a write of this program must not show in the times either.
#include <sys/stat.h>
static int fstat_without_times(int fd, struct stat *status) {
  const int outcome = fstat(fd, status);
  status->st_mtim = status->st_ctim = (struct timespec){1, 1};
  return outcome;
}
#define fstat fstat_without_times
#include "watch.c" // for the addresses of chunks
#undef fstat

#define STREAMS 24
#define CHUNK (64u << 10)
#define CHUNKS 40
#define SIZE ((CHUNKS - 1) * CHUNK + 1234)
#define HEAD 100
#define NUMBERS 1024
#define ANSWERS 64
#define MUST(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))

struct answer {
  const uint8_t *expected;
  uint64_t length;
};

struct stream {
  int client; // -1: it is closed
  uint32_t number;
  int busy, passes;
  uint64_t end;     // in the file, of what is passed
  uint64_t retried; // bytes that are to be passed again, because their chunk was not checked
  uint8_t *body;    // of the answer that is being sent
  // What the client has to receive: a ring.
  struct answer answers[ANSWERS];
  unsigned first, count;
  uint64_t received; // of the first
};

enum state { FORGOTTEN, MAPPED, TRUSTED };

static struct {
  int fd;
  struct watched_part part;
  struct watch *watch;
  enum state states[CHUNKS];
} file;

static struct {
  uint64_t answers, bytes, unmapped, evicted, damaged, dropped, left;
} seen;

static uint8_t head[HEAD], in_file[SIZE], in_memory[SIZE], buffer[CHUNK];
static struct stream streams[STREAMS];
static struct stream *by_number[NUMBERS];
static struct connections *set;
static struct report reports[REPORTS_MAX];
static uint8_t arena[ARENA_BYTES];
static uint32_t state;

static void fail(const char *what, int line) {
  fprintf(stderr, "line %d: failed: %s (errno %d)\n", line, what, errno);
  _exit(1);
}

static uint32_t below(uint32_t limit) {
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return state % limit;
}

// Sockets that take little at a time, so that answers need many steps.
static void open_stream(struct stream *stream, int listener, const struct sockaddr_in *address) {
  const int room = 32 << 10;
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  MUST(client >= 0 && setsockopt(client, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0);
  MUST(connect(client, (const struct sockaddr *)address, sizeof *address) == 0);
  const int accepted = accept(listener, NULL, NULL);
  MUST(accepted >= 0 && setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0);
  const int number = connections_adopt(set, accepted);
  MUST(number >= 0 && number < NUMBERS && by_number[number] == NULL);
  close(accepted);
  *stream = (struct stream){.client = client, .number = (uint32_t)number};
  by_number[number] = stream;
}

// Ends an answer from memory: a byte that is still sent from it is one too many.
static void free_body(struct stream *stream) {
  free(stream->body);
  stream->body = NULL;
}

static void drop_stream(struct stream *stream) {
  if (below(3) == 0) {
    const size_t unsent = connections_withdraw(set, stream->number);
    uint8_t *copy = malloc(unsent + 1);
    connections_copy_unsent(set, stream->number, copy);
    free(copy);
  }
  by_number[stream->number] = NULL;
  connections_drop(set, stream->number);
  free_body(stream);
  if (stream->client >= 0) close(stream->client);
  *stream = (struct stream){.client = -1};
  seen.dropped++;
}

// What is sent behind a pass must not wait for more.
static void check_uncorked(const struct stream *stream) {
  int corks = -1;
  socklen_t bytes = sizeof corks;
  MUST(getsockopt(set->all[stream->number].fd, IPPROTO_TCP, TCP_CORK, &corks, &bytes) == 0 && corks == 0);
}

// Passes the rest of an answer, or all of it. A position whose chunk is not checked is tried again in another turn.
static void pass(struct stream *stream, uint64_t length, size_t head_bytes) {
  const int outcome = connections_pass(set, stream->number, head, head_bytes, file.watch, stream->end - length, length);
  stream->retried = 0;
  if (outcome == PASS_UNMAPPED) stream->retried = connections_unpassed(set, stream->number);
  stream->busy = outcome == PASS_FOLLOWS || stream->retried > 0;
  MUST(outcome == PASS_DONE || outcome == PASS_FOLLOWS || outcome == PASS_UNMAPPED || outcome == PASS_BROKEN || outcome == -EPIPE);
  if (outcome != PASS_FOLLOWS) check_uncorked(stream);
}

static void answer_stream(struct stream *stream) {
  const uint64_t start = below(SIZE), length = below(4) == 0 ? 1 + below(1000) : 1 + below(2u << 20);
  struct answer answer = {in_file + start, length < SIZE - start ? length : SIZE - start};
  stream->passes = below(3) != 0;
  if (!stream->passes) answer.expected = in_memory + start;
  stream->answers[(stream->first + stream->count++) % ANSWERS] = answer;
  seen.answers++;
  if (stream->passes) {
    stream->end = start + answer.length;
    pass(stream, answer.length, HEAD);
    return;
  }
  // in memory of its own, so that a sanitizer sees when it is read too late
  stream->body = malloc(answer.length);
  memcpy(stream->body, answer.expected, answer.length);
  const int outcome = connections_send(set, stream->number, head, HEAD, stream->body, answer.length);
  // a head that still waits in front of a pass that ended
  if (outcome == SEND_BUSY) return drop_stream(stream);
  MUST(outcome == SEND_DONE || outcome == SEND_FOLLOWS || outcome == SEND_QUEUED || outcome == -EPIPE || outcome == -ECONNRESET);
  stream->busy = outcome == SEND_FOLLOWS;
  if (!stream->busy) free_body(stream);
}

static void compare(struct stream *stream, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    MUST(stream->count > 0);
    const struct answer *answer = &stream->answers[stream->first];
    const uint64_t at = stream->received;
    const uint8_t *expected = at < HEAD ? head + at : answer->expected + at - HEAD;
    const uint64_t left = at < HEAD ? HEAD - at : HEAD + answer->length - at;
    const size_t run = length < left ? length : (size_t)left;
    MUST(memcmp(bytes, expected, run) == 0);
    bytes += run, length -= run, stream->received += run;
    if (stream->received < HEAD + answer->length) continue;
    stream->first = (stream->first + 1) % ANSWERS, stream->count--, stream->received = 0;
  }
}

static void read_stream(struct stream *stream) {
  const ssize_t received = recv(stream->client, buffer, 1 + below(sizeof buffer), MSG_DONTWAIT);
  MUST(received > 0 || (received < 0 && (errno == EAGAIN || errno == ECONNRESET)));
  if (received < 0) return;
  seen.bytes += (uint64_t)received;
  compare(stream, buffer, (size_t)received);
}

static void turn_of_stream(struct stream *stream) {
  if (stream->client >= 0 && below(4) != 0) read_stream(stream);
  if (below(100) == 0) return drop_stream(stream);
  if (stream->client >= 0 && below(400) == 0) {
    // with bytes unread this is a reset
    close(stream->client), stream->client = -1;
    seen.left++;
  }
  if (stream->retried > 0 && below(2)) pass(stream, stream->retried, 0);
  if (!stream->busy && stream->count < ANSWERS && below(2)) answer_stream(stream);
}

static void handle(const struct report *report) {
  struct stream *stream = by_number[report->connection];
  if (stream == NULL) return; // dropped in this batch
  if (report->kind == REPORT_BROKEN || report->kind == REPORT_ENDED) return drop_stream(stream);
  // the rest of short answers, which were copied
  if (report->kind == REPORT_SENT && !stream->busy) return;
  MUST(stream->busy && stream->retried == 0 && stream->passes == (report->kind == REPORT_PASSED));
  stream->busy = 0;
  check_uncorked(stream);
  if (report->kind == REPORT_SENT) return free_body(stream);
  MUST(report->kind == REPORT_PASSED);
  if (report->start == PASS_BROKEN) return drop_stream(stream);
  MUST(report->start == PASS_DONE || report->start == PASS_UNMAPPED);
  if (report->start == PASS_DONE) return;
  seen.unmapped++;
  stream->retried = (uint64_t)report->length, stream->busy = 1;
}

static void write_pages(uint64_t position, const uint8_t *bytes, size_t length) {
  MUST(pwrite(file.fd, bytes, length, (off_t)position) == (ssize_t)length);
  // a page that is not written cannot leave the system's memory
  sync_file_range(file.fd, (off_t)position, (off_t)length, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

static size_t page_length(uint64_t position) { return SIZE - position < PAGE_BYTES ? SIZE - position : PAGE_BYTES; }

// Has pages of a checked chunk leave the system's memory, and damages some that did. Others may be on their way, and must not change.
static void evict(uint64_t index, int damages) {
  static const uint8_t wrong[PAGE_BYTES];
  uint8_t resident[CHUNK / PAGE_BYTES], *address = chunk_address(file.watch, index);
  const uint64_t length = chunk_length(file.watch, index);
  madvise(address, length, MADV_PAGEOUT);
  MUST(mincore(address, length, resident) == 0);
  for (uint64_t page = 0; page * PAGE_BYTES < length; page++) {
    const uint64_t position = index * CHUNK + page * PAGE_BYTES;
    if (resident[page] & 1) continue;
    seen.evicted++;
    if (!damages || below(4) != 0) continue;
    write_pages(position, wrong, page_length(position));
    seen.damaged++;
  }
}

// Compares a chunk that was mapped. Damage is repaired, and found right when it is checked again.
static enum state check(uint64_t index) {
  const uint64_t length = chunk_length(file.watch, index), start = index * CHUNK;
  MUST(pread(file.fd, buffer, length, (off_t)start) == (ssize_t)length);
  if (memcmp(buffer, in_file + start, length) == 0) {
    watch_trust(file.watch, index);
    return TRUSTED;
  }
  watch_unmap(file.watch, index);
  for (uint64_t position = start; position < start + length; position += PAGE_BYTES) {
    const size_t bytes = page_length(position);
    if (memcmp(buffer + position - start, in_file + position, bytes) != 0) write_pages(position, in_file + position, bytes);
  }
  return FORGOTTEN;
}

// A chunk is mapped in one turn and checked in a later one, as by a server.
static void turn_of_chunk(uint64_t index) {
  const uint64_t length = chunk_length(file.watch, index);
  enum state *now = &file.states[index];
  if (*now == FORGOTTEN && below(2)) {
    MUST(pread(file.fd, buffer, length, (off_t)(index * CHUNK)) == (ssize_t)length);
    if (watch_map(file.watch, index) == WATCH_DONE) *now = MAPPED;
  } else if (*now == MAPPED && below(3) == 0) {
    *now = check(index);
  } else if (*now == TRUSTED && below(40) == 0) {
    *now = FORGOTTEN;
    if (below(3) != 0) return evict(index, below(3) != 0);
    watch_unmap(file.watch, index);
    if (below(2)) posix_fadvise(file.fd, (off_t)(index * CHUNK), (off_t)length, POSIX_FADV_DONTNEED);
  }
}

// The watch that was there so far ends when the last connection has passed its bytes.
static void watch_anew(void) {
  if (file.watch != NULL) watch_end(file.watch);
  file.watch = watch_begin(&file.part, 0);
  MUST(file.watch != NULL);
  memset(file.states, 0, sizeof file.states);
}

static void turn(void) {
  struct pollfd polled = {connections_descriptor(set), POLLIN, 0};
  for (uint64_t i = 0; i < CHUNKS; i++) turn_of_chunk(i);
  if (below(300) == 0) watch_anew();
  poll(&polled, 1, below(8) == 0);
  int more;
  const unsigned count = connections_gather(set, &more);
  for (unsigned i = 0; i < count; i++) handle(&reports[i]);
  connections_gathered(set);
}

static unsigned open_descriptors(void) {
  unsigned count = 0;
  DIR *folder = opendir("/proc/self/fd");
  MUST(folder != NULL);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static void run_until(time_t end) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t bytes = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  MUST(bind(listener, (struct sockaddr *)&address, bytes) == 0 && listen(listener, STREAMS) == 0);
  MUST(getsockname(listener, (struct sockaddr *)&address, &bytes) == 0);
  while (time(NULL) < end) {
    for (int i = 0; i < STREAMS; i++) {
      if (by_number[streams[i].number] != &streams[i]) open_stream(&streams[i], listener, &address);
      turn_of_stream(&streams[i]);
    }
    turn();
  }
  close(listener);
}

int main(int count, char **arguments) {
  MUST(count == 4);
  state = (uint32_t)strtoul(arguments[2], NULL, 10) * 2 + 1;
  signal(SIGPIPE, SIG_IGN); // as in Node.js
  memset(head, 'h', sizeof head);
  for (uint32_t i = 0; i < SIZE; i++) in_file[i] = (uint8_t)(1 + below(255)), in_memory[i] = (uint8_t)below(256);
  const unsigned descriptors = open_descriptors();
  file.fd = open(arguments[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  MUST(file.fd >= 0 && write(file.fd, in_file, SIZE) == (ssize_t)SIZE && fsync(file.fd) == 0);
  // pages that come and go one by one, because a large one leaves only when no socket has any of it
  MUST(posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED) == 0 && posix_fadvise(file.fd, 0, 0, POSIX_FADV_RANDOM) == 0);
  file.part = (struct watched_part){file.fd, 0, SIZE, CHUNK};
  watch_anew();
  MUST(connections_open(reports, arena, &set) == 0);
  run_until(time(NULL) + (time_t)strtoul(arguments[3], NULL, 10));
  connections_close(set);
  for (int i = 0; i < STREAMS; i++) {
    if (streams[i].client >= 0) close(streams[i].client);
    free_body(&streams[i]);
  }
  watch_end(file.watch);
  watch_close_pipe();
  close(file.fd), close(shared.pagemap), close(shared.nowhere);
  MUST(open_descriptors() == descriptors);
  printf("%lu answers, %lu bytes, %lu times a page was missing, %lu pages evicted, %lu damaged, %lu drops, %lu clients left\n",
         seen.answers, seen.bytes, seen.unmapped, seen.evicted, seen.damaged, seen.dropped, seen.left);
  return seen.answers > STREAMS && seen.bytes > SIZE ? 0 : 1;
}
