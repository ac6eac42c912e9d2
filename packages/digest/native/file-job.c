#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "file-job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// The most that one call of pwrite accepts on every system.
#define WRITE_BYTES_MAX (1u << 30)

static int write_at(int fd, const uint8_t *data, uint64_t left, int64_t offset) {
  while (left > 0) {
    ssize_t written = pwrite(fd, data, left < WRITE_BYTES_MAX ? left : WRITE_BYTES_MAX, (off_t)offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (written == 0) return EIO;
    data += written, offset += written, left -= (uint64_t)written;
  }
  return 0;
}

// The rest of a job's bytes, and where they go.
struct rest {
  const struct iovec *pieces;
  size_t taken; // bytes of the first piece
  uint64_t left;
  int64_t offset;
};

static void take(struct rest *rest, uint64_t bytes) {
  rest->left -= bytes, rest->offset += (int64_t)bytes;
  while (bytes > 0) {
    size_t own = rest->pieces->iov_len - rest->taken;
    if (own > bytes) {
      rest->taken += (size_t)bytes;
      return;
    }
    bytes -= own, rest->pieces++, rest->taken = 0;
  }
}

static void copy(struct rest rest, uint8_t *target, size_t bytes) {
  while (bytes > 0) {
    size_t own = rest.pieces->iov_len - rest.taken;
    if (own > bytes) own = bytes;
    if (own > 0) memcpy(target, (const uint8_t *)rest.pieces->iov_base + rest.taken, own);
    target += own, bytes -= own, rest.pieces++, rest.taken = 0;
  }
}

// A page of the page cache, and a multiple of the blocks of any disk: direct writes begin and end at such positions, in memory and in
// the file.
#define PAGE_BYTES 4096u
// More than a mebibyte with a header and a footer around it.
#define STAGE_BYTES ((1u << 20) + (16u << 10))

// Where at most `bytes` of the rest can be written from: their own memory if that is aligned, otherwise a copy on the stage. NULL if
// there is no memory.
static const uint8_t *aligned(const struct rest *rest, size_t *bytes, struct stage *stage) {
  const uint8_t *own = (const uint8_t *)rest->pieces->iov_base + rest->taken;
  size_t pages = (rest->pieces->iov_len - rest->taken) & ~(size_t)(PAGE_BYTES - 1);
  if ((uintptr_t)own % PAGE_BYTES == 0 && pages > 0) {
    if (*bytes > pages) *bytes = pages;
    return own;
  }
  if (*bytes > STAGE_BYTES) *bytes = STAGE_BYTES;
  if (stage->bytes == NULL && posix_memalign((void **)&stage->bytes, PAGE_BYTES, STAGE_BYTES) != 0) return NULL;
  copy(*rest, stage->bytes, *bytes);
  return stage->bytes;
}

// How many pieces, from the beginning of the rest on, lie in whole pages of memory, and their bytes.
static size_t whole_pages(const struct rest *rest, size_t count, size_t *bytes) {
  size_t pieces = 0;
  for (*bytes = 0; pieces < count; pieces++) {
    const struct iovec *piece = &rest->pieces[pieces];
    if ((uintptr_t)piece->iov_base % PAGE_BYTES != 0 || piece->iov_len % PAGE_BYTES != 0) break;
    if (piece->iov_len > WRITE_BYTES_MAX - *bytes) break;
    *bytes += piece->iov_len;
  }
  return pieces;
}

// Writes images that fill whole pages by one call. The rest is what it has not taken, for whatever reason.
static void write_aligned(int direct, struct rest *rest, size_t count) {
  size_t bytes;
  size_t pieces = whole_pages(rest, count, &bytes);
  if (pieces < 2) return;
  ssize_t written = pwritev(direct, rest->pieces, (int)pieces, (off_t)rest->offset);
  if (written > 0) take(rest, (uint64_t)written);
}

// Writes whole pages directly, if the first byte is at the beginning of one, and the rest through the page cache.
static int write_direct(const struct job *job, struct rest rest, struct stage *stage) {
  int direct = job->offset % PAGE_BYTES == 0 ? job->direct_fd : -1;
  if (direct >= 0) write_aligned(direct, &rest, job->pieces == NULL ? 0 : job->piece_count);
  while (rest.left > 0) {
    int is_direct = direct >= 0 && rest.left >= PAGE_BYTES;
    size_t bytes = rest.left < WRITE_BYTES_MAX ? (size_t)rest.left : WRITE_BYTES_MAX;
    if (is_direct) bytes &= ~(size_t)(PAGE_BYTES - 1);
    const uint8_t *data = aligned(&rest, &bytes, stage);
    if (data == NULL) return ENOMEM;
    int error = write_at(is_direct ? direct : job->fd, data, bytes, rest.offset);
    if (error == EINVAL && is_direct) { // the file system cannot do it after all
      direct = -1;
      continue;
    }
    if (error != 0) return error;
    take(&rest, bytes);
  }
  return 0;
}

static int write_gathered(int fd, struct rest rest, size_t count) {
  const struct iovec *end = rest.pieces + count;
  while (rest.left > 0) {
    ssize_t written;
    if (rest.taken > 0) {
      written = pwrite(fd, (const uint8_t *)rest.pieces->iov_base + rest.taken, rest.pieces->iov_len - rest.taken, (off_t)rest.offset);
    } else {
      written = pwritev(fd, rest.pieces, (int)(end - rest.pieces), (off_t)rest.offset);
    }
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    take(&rest, (uint64_t)written);
  }
  return 0;
}

int file_write_pieces(const struct job *job, struct stage *stage) {
  const struct rest rest = {.pieces = job->pieces, .left = job->length, .offset = job->offset};
  return job->direct_fd >= 0 ? write_direct(job, rest, stage) : write_gathered(job->fd, rest, job->piece_count);
}

static int write_update(const struct job *job, struct stage *stage) {
  const struct iovec own = {.iov_base = (void *)job->data, .iov_len = job->length};
  const struct rest rest = {.pieces = &own, .left = job->length, .offset = job->offset};
  return job->direct_fd >= 0 ? write_direct(job, rest, stage) : write_at(job->fd, job->data, job->length, job->offset);
}

#if defined(__linux__)

static int change_space(const struct job *job, int mode) {
  int result;
  do result = fallocate(job->fd, mode, job->offset, (off_t)job->length);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int file_job_run(const struct job *job, struct stage *stage) {
  switch (job->kind) {
    case JOB_UPDATE:
      return write_update(job, stage);
    case JOB_WRITE:
      return file_write_pieces(job, stage);
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

// Whether positions of whole pages are aligned enough, as far as the system reports it. Headers older than Linux 6.1, and musl's, do
// not have the question: then a refused write finds out.
static int is_page_enough(int direct) {
#if defined(STATX_DIOALIGN)
  struct statx status;
  if (statx(direct, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) != 0 || !(status.stx_mask & STATX_DIOALIGN)) return 1;
  return status.stx_dio_mem_align > 0 && status.stx_dio_mem_align <= PAGE_BYTES && status.stx_dio_offset_align <= PAGE_BYTES;
#else
  (void)direct;
  return 1;
#endif
}

int file_open_direct(int fd) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int direct = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
  if (direct < 0 || is_page_enough(direct)) return direct;
  close(direct);
  return -1;
}

#else

int file_job_run(const struct job *job, struct stage *stage) {
  if (job->kind == JOB_WRITE) return file_write_pieces(job, stage);
  return job->kind == JOB_UPDATE ? write_update(job, stage) : ENOSYS;
}

int engine_can(enum job_kind kind) { return kind != JOB_ALLOCATE && kind != JOB_PUNCH && kind != JOB_WRITE_BACK; }

int file_open_direct(int fd) {
  (void)fd;
  return -1;
}

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

int64_t file_read_now(int fd, uint8_t *data, size_t length, int64_t position, bool only_cached) {
  return only_cached ? file_read_cached(fd, data, length, position) : pread(fd, data, length, (off_t)position);
}

void file_will_need(int fd, int64_t position, int64_t length) {
#if defined(__linux__)
  // it is an advice: where it fails, the range is read when it is needed
  (void)posix_fadvise(fd, (off_t)position, (off_t)length, POSIX_FADV_WILLNEED);
#else
  (void)fd, (void)position, (void)length;
#endif
}

// Small enough to be in the processor's cache when the checksum reads what was copied, and large enough that calls cost little.
#define READ_BYTES (256u << 10)

// Adds bytes to a checksum that covers `*done` bytes, and notes it at the end of each block.
static void add_bytes(const struct file_range *range, const uint8_t *bytes, size_t length, size_t *done,
                      const struct crc_kernel *kernel, uint64_t *crc64) {
  const size_t all = range->before + range->length + range->after;
  while (length > 0) {
    const size_t left = FILE_BLOCK_BYTES - *done % FILE_BLOCK_BYTES;
    const size_t piece = range->sums == NULL || length < left ? length : left;
    *crc64 = crc_update(kernel, crc_of(CRC_64), *crc64, bytes, piece);
    *done += piece, bytes += piece, length -= piece;
    if (range->sums != NULL && (*done % FILE_BLOCK_BYTES == 0 || *done == all)) {
      memcpy(range->sums + (*done - 1) / FILE_BLOCK_BYTES * sizeof *crc64, crc64, sizeof *crc64);
    }
  }
}

// Reads the next `length` of the bytes that a checksum covers, to `data` or, if that is NULL, into one block after another, and adds
// them to the checksum.
static int add_cached(const struct file_range *range, uint8_t *data, size_t length, size_t *done,
                      const struct crc_kernel *kernel, uint64_t *crc64) {
  const int64_t start = range->position - (int64_t)range->before;
  const size_t read_bytes = data == NULL ? FILE_BLOCK_BYTES : READ_BYTES;
  uint8_t block[FILE_BLOCK_BYTES];
  while (length > 0) {
    const size_t wanted = length < read_bytes ? length : read_bytes;
    uint8_t *place = data == NULL ? block : data;
    if (file_read_cached(range->fd, place, wanted, start + (int64_t)*done) != (int64_t)wanted) return 0;
    add_bytes(range, place, wanted, done, kernel, crc64);
    if (data != NULL) data += wanted;
    length -= wanted;
  }
  return 1;
}

int file_read_checked(const struct file_range *range, uint8_t *data, const struct crc_kernel *kernel, uint64_t *crc64) {
  size_t done = 0;
  *crc64 = range->previous;
  return add_cached(range, NULL, range->before, &done, kernel, crc64) &&
         add_cached(range, data, range->length, &done, kernel, crc64) &&
         add_cached(range, NULL, range->after, &done, kernel, crc64);
}
