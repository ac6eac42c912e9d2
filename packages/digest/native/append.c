#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "append.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The most pieces of one write; systems accept 1,024.
#define PIECES_MAX 1024

static int is_before(const struct job *one, const struct job *other) {
  return one->fd != other->fd ? one->fd < other->fd : one->offset < other->offset;
}

// By file and position. They are few, and most are in this order already.
static void sort(struct job **jobs, unsigned count) {
  for (unsigned i = 1; i < count; i++) {
    struct job *job = jobs[i];
    unsigned place = i;
    for (; place > 0 && is_before(job, jobs[place - 1]); place--) jobs[place] = jobs[place - 1];
    jobs[place] = job;
  }
}

// How many of the jobs, from the first one on, can be written by one call: each begins where the previous one ends.
static unsigned run_length(struct job *const *jobs, unsigned count) {
  const struct job *first = jobs[0];
  size_t pieces = first->piece_count;
  int64_t end = first->offset + (int64_t)first->length;
  unsigned length = 1;
  for (; length < count; length++) {
    const struct job *job = jobs[length];
    pieces += job->piece_count;
    if (job->fd != first->fd || job->direct_fd != first->direct_fd || job->offset != end || pieces > PIECES_MAX) break;
    end += (int64_t)job->length;
  }
  return length;
}

static void write_run(struct job **jobs, unsigned count, struct stage *stage) {
  struct iovec pieces[PIECES_MAX];
  struct job run = *jobs[0];
  size_t piece_count = 0;
  if (count > 1) {
    run.length = 0;
    for (unsigned i = 0; i < count; i++) {
      memcpy(pieces + piece_count, jobs[i]->pieces, jobs[i]->piece_count * sizeof *pieces);
      piece_count += jobs[i]->piece_count;
      run.length += jobs[i]->length;
    }
    run.pieces = pieces;
    run.piece_count = piece_count;
  }
  int error = file_write_pieces(&run, stage);
  for (unsigned i = 0; i < count; i++) jobs[i]->error = error;
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int sync_data(int fd) {
  int result;
#if defined(__linux__)
  do result = fdatasync(fd);
#else
  do result = fsync(fd);
#endif
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

// Syncs the file that all these jobs concern.
static void sync_file(struct job **jobs, unsigned count) {
  uint8_t *failed = jobs[0]->sync_failed;
  uint64_t begin = now_ns();
  int error = *failed != 0 ? EIO : sync_data(jobs[0]->fd);
  if (error != 0) *failed = 1;
  jobs[0]->sync_ns = now_ns() - begin;
  for (unsigned i = 0; i < count; i++) {
    if (error != 0) jobs[i]->error = error;
  }
}

void append_all(struct job **jobs, unsigned count, struct stage *stage) {
  sort(jobs, count);
  for (unsigned i = 0, length; i < count; i += length) {
    length = run_length(jobs + i, count - i);
    write_run(jobs + i, length, stage);
  }
  for (unsigned i = 0, end; i < count; i = end) {
    for (end = i + 1; end < count && jobs[end]->fd == jobs[i]->fd;) end++;
    sync_file(jobs + i, end - i);
  }
}
