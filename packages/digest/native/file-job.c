#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "file-job.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

// The most that one call of pwrite accepts on every system.
#define WRITE_BYTES_MAX (1u << 30)

static int write_all(const struct job *job) {
  const uint8_t *data = job->data;
  uint64_t left = job->length;
  int64_t offset = job->offset;
  while (left > 0) {
    ssize_t written = pwrite(job->fd, data, left < WRITE_BYTES_MAX ? left : WRITE_BYTES_MAX, (off_t)offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (written == 0) return EIO;
    data += written, offset += written, left -= (uint64_t)written;
  }
  return 0;
}

#if defined(__linux__)

static int change_space(const struct job *job, int mode) {
  int result;
  do result = fallocate(job->fd, mode, job->offset, (off_t)job->length);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int file_job_run(const struct job *job) {
  switch (job->kind) {
    case JOB_UPDATE:
      return write_all(job);
    case JOB_ALLOCATE:
      return change_space(job, FALLOC_FL_KEEP_SIZE);
    case JOB_PUNCH:
      return change_space(job, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    case JOB_WRITE_BACK:
      return sync_file_range(job->fd, job->offset, (off_t)job->length, SYNC_FILE_RANGE_WRITE) == 0 ? 0 : errno;
    default:
      return EINVAL;
  }
}

int engine_can(enum job_kind kind) {
  (void)kind;
  return 1;
}

#else

int file_job_run(const struct job *job) { return job->kind == JOB_UPDATE ? write_all(job) : ENOSYS; }

int engine_can(enum job_kind kind) { return kind == JOB_UPDATE || kind == JOB_FINISH; }

#endif

int file_try_lock(int fd) {
  int result;
  do result = flock(fd, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int64_t file_read_cached(int fd, uint8_t *data, size_t length, int64_t position) {
#if defined(__linux__) && defined(RWF_NOWAIT)
  struct iovec range = {.iov_base = data, .iov_len = length};
  return preadv2(fd, &range, 1, (off_t)position, RWF_NOWAIT);
#else
  (void)fd, (void)data, (void)length, (void)position;
  return -1;
#endif
}

// Small enough to be in the processor's cache when the checksum reads what was copied.
#define BLOCK_BYTES (64u << 10)

// Reads `length` bytes, to `data` or, if that is NULL, into one block after another, and adds them to the checksum.
static int add_cached(int fd, uint8_t *data, size_t length, int64_t position, const struct crc_kernel *kernel,
                      uint64_t *crc64) {
  uint8_t block[BLOCK_BYTES];
  while (length > 0) {
    size_t wanted = length < BLOCK_BYTES ? length : BLOCK_BYTES;
    uint8_t *place = data == NULL ? block : data;
    if (file_read_cached(fd, place, wanted, position) != (int64_t)wanted) return 0;
    *crc64 = crc_update(kernel, crc_of(CRC_64), *crc64, place, wanted);
    if (data != NULL) data += wanted;
    position += (int64_t)wanted, length -= wanted;
  }
  return 1;
}

int file_read_checked(const struct file_range *range, uint8_t *data, const struct crc_kernel *kernel, uint64_t *crc64) {
  const int fd = range->fd;
  const int64_t start = range->position, end = start + (int64_t)range->length;
  *crc64 = 0;
  return add_cached(fd, NULL, range->before, start - (int64_t)range->before, kernel, crc64) &&
         add_cached(fd, data, range->length, start, kernel, crc64) &&
         add_cached(fd, NULL, range->after, end, kernel, crc64);
}
