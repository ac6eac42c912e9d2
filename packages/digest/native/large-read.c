#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "large-read.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__)

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

// Since Linux 6.5. Headers and some C libraries do not have it.
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

// The size of small pages for which large ones have 2 MiB. With others they have up to 512 MiB, so nothing is done.
#define PAGE_BYTES ((int64_t)4096)
#define LARGE_BYTES ((int64_t)2 << 20)
// A large page of which less is wanted is not filled, unless what follows is wanted too.
#define WANTED_BYTES_MIN (LARGE_BYTES / 4)

// How many pages of a range the system has, or is about to read; -1 if that cannot be known.
static int64_t cached_pages(int fd, int64_t position, int64_t length) {
  struct {
    uint64_t start, length;
  } range = {(uint64_t)position, (uint64_t)length};
  struct {
    uint64_t cached, dirty, written_back, evicted, recently_evicted;
  } pages;
  if (length <= 0 || sysconf(_SC_PAGESIZE) != PAGE_BYTES) return -1;
  return syscall(SYS_cachestat, fd, &range, &pages, 0) == 0 ? (int64_t)pages.cached : -1;
}

static int64_t pages_of(int64_t position, int64_t length) {
  return (position + length - 1) / PAGE_BYTES - position / PAGE_BYTES + 1;
}

bool large_read_is_cached(int fd, int64_t position, int64_t length) {
  const int64_t cached = cached_pages(fd, position, length);
  return cached < 0 || cached >= pages_of(position, length);
}

// Whether the large page at `area` is to be filled for a part of it, and can be. Where small ones are in its place, such as that of a header that was
// just written, the system would fill no large one, so they are dropped first. Those that are mapped or dirty stay.
static bool has_room(int fd, int64_t area, int64_t start, int64_t end) {
  if (large_read_is_cached(fd, start, end - start)) return false;
  return cached_pages(fd, area, LARGE_BYTES) == 0 || posix_fadvise(fd, (off_t)area, (off_t)LARGE_BYTES, POSIX_FADV_DONTNEED) == 0;
}

// Has the system read the large page that holds a part of the file. A page fault is the one way to have a large page at once; a read begins with the
// smallest. Nothing touches the mapping, so an error of the disk ends in the advice.
static void fill_large_page(int fd, int64_t start, int64_t end, bool goes_on) {
  uint8_t *mapping = mmap(NULL, (size_t)(end - start), PROT_READ, MAP_SHARED, fd, (off_t)start);
  if (mapping == MAP_FAILED) return;
  if (madvise(mapping, (size_t)(end - start), MADV_HUGEPAGE) == 0 && (goes_on || madvise(mapping, (size_t)(end - start), MADV_RANDOM) == 0)) {
    // before Linux 5.14 this fails
    (void)madvise(mapping, (size_t)PAGE_BYTES, MADV_POPULATE_READ);
  }
  munmap(mapping, (size_t)(end - start));
}

// Has the system read the large pages that hold a range. Where any of this fails, the range is read as usual.
static void fill_large_pages(const struct large_read *read) {
  const int64_t end = read->position + (int64_t)read->length;
  for (int64_t start = read->position & ~(PAGE_BYTES - 1); start < end;) {
    const int64_t area = start & ~(LARGE_BYTES - 1), next = area + LARGE_BYTES < end ? area + LARGE_BYTES : end;
    const bool is_wanted = read->goes_on || next - start >= WANTED_BYTES_MIN;
    if (is_wanted && has_room(read->fd, area, start, next)) fill_large_page(read->fd, start, next, read->goes_on);
    start = next;
  }
}

#else

bool large_read_is_cached(int fd, int64_t position, int64_t length) {
  (void)fd, (void)position, (void)length;
  return true;
}

static void fill_large_pages(const struct large_read *read) { (void)read; }

#endif

int64_t large_read_run(const struct large_read *read) {
  if (read->length == 0) return 0;
  fill_large_pages(read);
  size_t filled = 0;
  while (filled < read->length) {
    const ssize_t bytes = pread(read->fd, read->data + filled, read->length - filled, (off_t)(read->position + (int64_t)filled));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return -(int64_t)errno;
    if (bytes == 0) break;
    filled += (size_t)bytes;
  }
  return (int64_t)filled;
}
