#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "read-job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// Small enough that the checksum finds the bytes in the cache of the processor that copied them there.
#define SCRATCH_BYTES (128 * 1024)

static void close_pipe(struct reader *reader) {
  if (reader->pipe[0] < 0) return;
  close(reader->pipe[0]);
  close(reader->pipe[1]);
  reader->pipe[0] = reader->pipe[1] = -1;
}

void reader_end(struct reader *reader) {
  close_pipe(reader);
  free(reader->scratch);
}

static size_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

// Reads a part of the range, into `room` or, where that is NULL, to be forgotten.
static int read_part(struct job *job, const struct crc64_kernel *kernel, uint8_t *scratch, uint64_t from, uint64_t to,
                     uint8_t *room) {
  while (from < to) {
    uint8_t *place = room != NULL ? room : scratch;
    ssize_t count = pread(job->fd, place, smaller(to - from, SCRATCH_BYTES), (off_t)(job->offset + (int64_t)from));
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) return ENODATA;
    job->crc64 = crc64_update(kernel, job->crc64, place, (size_t)count);
    from += (uint64_t)count;
    if (room != NULL) room += count;
  }
  return 0;
}

int pipe_take(int pipe, uint8_t *room, size_t length) {
  while (length > 0) {
    ssize_t count = read(pipe, room, length);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) return ENODATA;
    room += count, length -= (size_t)count;
  }
  return 0;
}

#if defined(__linux__)

int pipe_open(int64_t bytes, int ends[2]) {
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  int size = fcntl(ends[1], F_SETPIPE_SZ, (int)bytes);
  int error = size < 0 ? errno : size < bytes ? ENOSPC : 0;
  if (error != 0) close(ends[0]), close(ends[1]);
  return error;
}

size_t pipe_send(int pipe, int socket, size_t length) {
  size_t sent = 0;
  while (sent < length) {
    ssize_t count = splice(pipe, NULL, socket, NULL, length - sent, SPLICE_F_NONBLOCK);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    sent += (size_t)count;
  }
  return sent;
}

// Checks what stands in the job's pipe by a second pipe with the same pages.
static int check_pipe(struct job *job, const struct crc64_kernel *kernel, struct reader *reader, uint64_t length) {
  ssize_t count;
  do count = tee(job->pipe_read_end, reader->pipe[1], length, SPLICE_F_NONBLOCK);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno;
  if ((uint64_t)count < length) return EAGAIN;
  while (length > 0) {
    size_t step = smaller(length, SCRATCH_BYTES);
    int error = pipe_take(reader->pipe[0], reader->scratch, step);
    if (error != 0) return error;
    job->crc64 = crc64_update(kernel, job->crc64, reader->scratch, step);
    length -= step;
  }
  return 0;
}

static int splice_part(struct job *job, const struct crc64_kernel *kernel, struct reader *reader, uint64_t from,
                       uint64_t to) {
  if (reader->pipe[0] < 0) {
    int error = pipe_open(PIPE_BYTES, reader->pipe);
    if (error != 0) {
      reader->pipe[0] = reader->pipe[1] = -1;
      return EAGAIN;
    }
  }
  loff_t offset = job->offset + (int64_t)from;
  loff_t end = job->offset + (int64_t)to;
  while (offset < end) {
    ssize_t count = splice(job->fd, &offset, job->pipe_write_end, NULL, (size_t)(end - offset), SPLICE_F_NONBLOCK);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) return ENODATA;
  }
  int error = check_pipe(job, kernel, reader, to - from);
  // What is left in it would come before the next job's bytes.
  if (error != 0) close_pipe(reader);
  return error;
}

#else

int pipe_open(int64_t bytes, int ends[2]) {
  (void)bytes, (void)ends;
  return ENOSYS;
}

size_t pipe_send(int pipe, int socket, size_t length) {
  (void)pipe, (void)socket, (void)length;
  return 0;
}

static int splice_part(struct job *job, const struct crc64_kernel *kernel, struct reader *reader, uint64_t from,
                       uint64_t to) {
  (void)job, (void)kernel, (void)reader, (void)from, (void)to;
  return ENOSYS;
}

#endif

int read_job_run(struct job *job, const struct crc64_kernel *kernel, struct reader *reader) {
  if (reader->scratch == NULL) reader->scratch = malloc(SCRATCH_BYTES);
  if (reader->scratch == NULL) return ENOMEM;
  job->crc64 = 0;
  int error = read_part(job, kernel, reader->scratch, 0, job->keep_from, NULL);
  if (error == 0 && job->room != NULL) {
    error = read_part(job, kernel, reader->scratch, job->keep_from, job->keep_to, job->room);
  } else if (error == 0) {
    error = splice_part(job, kernel, reader, job->keep_from, job->keep_to);
  }
  if (error == 0) error = read_part(job, kernel, reader->scratch, job->keep_to, job->length, NULL);
  return error;
}
