#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "watch.h"

#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

// Bytes that are in the pipe at a time. With 64 KiB the additional calls cost more than is saved, and more make no difference.
#define PIPE_BYTES (256u << 10)
// The largest page of memory for which chunks begin at pages.
#define PAGE_BYTES 4096u
// Entries of pages that are read at a time, where the system cannot scan them.
#define ENTRIES_MAX 64u
// Between the mappings of two chunks: the system maps the neighbours of a page, and even a large page, only within one mapping.
#define GAP_BYTES (64u << 10)

struct watch {
  struct watched_part part;
  atomic_uint holders;
  struct stat seen;
  uint8_t *base; // address space for all chunks
  uint64_t stride, count;
  atomic_uchar *checked; // for each chunk whether it may be passed
};

// What all watches of the process share. The descriptors stay open.
static struct {
  pthread_mutex_t mutex;
  bool is_open, has_failed;
  int pagemap, nowhere; // the mapped pages of the process, and /dev/null
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER};

// The pipe through which a thread passes bytes. Opened when it is first used.
static _Thread_local struct {
  bool is_open;
  int out, in;
  size_t room; // bytes of whole pages that it takes
} way;

// File systems that have one copy of a file's bytes in memory, from which reads, mappings and splices all come.
static bool is_suitable(int fd) {
  static const unsigned long kinds[] = {
      0xef53,     // ext4
      0x58465342, // XFS
      0x9123683e, // Btrfs
      0xf2f52010, // F2FS
      0x794c7630, // overlays of these
  };
  struct statfs status;
  if (fstatfs(fd, &status) != 0) return false;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if ((unsigned long)status.f_type == kinds[i]) return true;
  }
  return false;
}

static bool open_pipe(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  // an unprivileged user who has many pipes is refused: then it keeps its usual size
  int room = fcntl(ends[1], F_SETPIPE_SZ, (int)PIPE_BYTES);
  if (room < 0) room = fcntl(ends[1], F_GETPIPE_SZ);
  if (room < (int)PAGE_BYTES) {
    close(ends[0]), close(ends[1]);
    return false;
  }
  way.is_open = true, way.out = ends[0], way.in = ends[1];
  way.room = (size_t)room < PIPE_BYTES ? (size_t)room : PIPE_BYTES;
  return true;
}

void watch_close_pipe(void) {
  if (way.is_open) close(way.out), close(way.in);
  way.is_open = false;
}

static bool open_shared(void) {
  if (shared.is_open || shared.has_failed) return shared.is_open;
  shared.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  shared.nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  shared.is_open = shared.pagemap >= 0 && shared.nowhere >= 0 && (way.is_open || open_pipe());
  shared.has_failed = !shared.is_open;
  if (shared.has_failed && shared.pagemap >= 0) close(shared.pagemap);
  if (shared.has_failed && shared.nowhere >= 0) close(shared.nowhere);
  return shared.is_open;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool watch_is_current(const struct watch *watch) {
  struct stat now;
  return fstat(watch->part.fd, &now) == 0 && now.st_size == watch->seen.st_size &&
         is_same_time(&now.st_mtim, &watch->seen.st_mtim) && is_same_time(&now.st_ctim, &watch->seen.st_ctim);
}

static bool is_old(const struct timespec *changed, const struct timespec *now, int64_t age_ms) {
  // a file that was looked at gets times between two ticks
  return age_ms == 0 || (now->tv_sec - changed->tv_sec) * 1000 + (now->tv_nsec - changed->tv_nsec) / 1000000 >= age_ms;
}

// Notes the times of a file; whether each change from now on will give it another one. The system sets the time of the last change itself, from a clock that stands
// still between two ticks. The age is taken by that clock, however late it ticks, and from before the times are read: a change after that is
// later. Where fractions of seconds are kept, 100 ms are enough.
static bool will_show_changes(int fd, int64_t age_ms, struct stat *seen) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0 || fstat(fd, seen) != 0) return false;
  const int64_t enough = seen->st_ctim.tv_nsec != 0 && age_ms > 100 ? 100 : age_ms;
  return is_old(&seen->st_mtim, &now, enough) && is_old(&seen->st_ctim, &now, enough);
}

static uint64_t chunk_length(const struct watch *watch, uint64_t index) {
  const uint64_t start = index * watch->part.chunk_bytes;
  return watch->part.size - start < watch->part.chunk_bytes ? watch->part.size - start : watch->part.chunk_bytes;
}

static uint8_t *chunk_address(const struct watch *watch, uint64_t index) { return watch->base + index * watch->stride; }

static const uint8_t *address_of(const struct watch *watch, uint64_t position) {
  return chunk_address(watch, position / watch->part.chunk_bytes) + position % watch->part.chunk_bytes;
}

struct watch *watch_begin(const struct watched_part *part, int64_t age_ms) {
  if (sysconf(_SC_PAGESIZE) != PAGE_BYTES || part->start % PAGE_BYTES != 0 || part->chunk_bytes % PAGE_BYTES != 0 ||
      part->chunk_bytes == 0 || part->size == 0 || !is_suitable(part->fd)) {
    return NULL;
  }
  pthread_mutex_lock(&shared.mutex);
  const bool is_open = open_shared();
  pthread_mutex_unlock(&shared.mutex);
  struct watch *watch = is_open ? calloc(1, sizeof *watch) : NULL;
  if (watch == NULL) return NULL;
  watch->part = *part;
  watch->holders = 1;
  watch->count = (part->size - 1) / part->chunk_bytes + 1;
  watch->stride = part->chunk_bytes + GAP_BYTES;
  if (will_show_changes(part->fd, age_ms, &watch->seen) && (uint64_t)watch->seen.st_size >= (uint64_t)part->start + part->size) {
    watch->base = mmap(NULL, watch->count * watch->stride, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    watch->checked = calloc(watch->count, sizeof *watch->checked);
    if (watch->base != MAP_FAILED && watch->checked != NULL) return watch;
    if (watch->base != MAP_FAILED) munmap(watch->base, watch->count * watch->stride);
  }
  free(watch->checked);
  free(watch);
  return NULL;
}

struct watch *watch_hold(struct watch *watch) {
  atomic_fetch_add(&watch->holders, 1);
  return watch;
}

void watch_end(struct watch *watch) {
  if (atomic_fetch_sub(&watch->holders, 1) > 1) return;
  munmap(watch->base, watch->count * watch->stride);
  free(watch->checked);
  free(watch);
}

void watch_unmap(struct watch *watch, uint64_t index) {
  if (index >= watch->count) return;
  atomic_store(&watch->checked[index], 0);
  mmap(chunk_address(watch, index), chunk_length(watch, index), PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

// Whether the system has all pages of a mapped chunk in memory, mapped or not.
static bool is_cached(uint8_t *address, uint64_t length) {
  unsigned char resident[512];
  for (uint64_t done = 0; done < length; done += sizeof resident * PAGE_BYTES) {
    const uint64_t piece = length - done < sizeof resident * PAGE_BYTES ? length - done : sizeof resident * PAGE_BYTES;
    if (mincore(address + done, piece, resident) != 0) return false;
    for (uint64_t page = 0; page * PAGE_BYTES < piece; page++) {
      if (!(resident[page] & 1)) return false;
    }
  }
  return true;
}

enum watch_outcome watch_map(struct watch *watch, uint64_t index) {
  if (!watch_is_current(watch)) return WATCH_CHANGED;
  if (index >= watch->count) return WATCH_NOT_CACHED;
  const uint64_t length = chunk_length(watch, index);
  uint8_t *address = chunk_address(watch, index);
  // a thread that passes bytes looks at the mapping first, and then at this
  atomic_store(&watch->checked[index], 0);
  const off_t offset = watch->part.start + (int64_t)(index * watch->part.chunk_bytes);
  if (mmap(address, length, PROT_READ, MAP_SHARED | MAP_FIXED, watch->part.fd, offset) == MAP_FAILED) return WATCH_NOT_CACHED;
  const bool was_cached = is_cached(address, length);
  if (was_cached && madvise(address, length, MADV_POPULATE_READ) == 0) return WATCH_DONE;
  // before Linux 5.14 pages cannot be mapped without touching them
  const bool is_unknown = was_cached && errno == EINVAL;
  watch_unmap(watch, index);
  if (!is_unknown) return WATCH_NOT_CACHED;
  pthread_mutex_lock(&shared.mutex);
  shared.is_open = false, shared.has_failed = true;
  pthread_mutex_unlock(&shared.mutex);
  return WATCH_CHANGED;
}

void watch_trust(struct watch *watch, uint64_t index) {
  if (index < watch->count) atomic_store(&watch->checked[index], 1);
}

// The argument of PAGEMAP_SCAN, which headers have since Linux 6.7.
struct scan {
  uint64_t size, flags, start, end, walk_end, found, found_max, pages_max;
  uint64_t inverted, all_of, any_of, returned;
};
#define SCAN_PAGES _IOWR('f', 16, struct scan)
#define IS_PRESENT (1u << 3)

// Whether the system finds no page in a range that is not mapped; -1 if it cannot look. It looks at no entry of a page itself, which
// makes this several times as fast as reading entries.
static int finds_all(uintptr_t start, uintptr_t end) {
  uint64_t found[3];
  struct scan scan = {.size = sizeof scan, .start = start, .end = end, .found = (uintptr_t)found, .found_max = 1, .pages_max = 1,
                      .inverted = IS_PRESENT, .all_of = IS_PRESENT, .returned = IS_PRESENT};
  const int count = ioctl(shared.pagemap, SCAN_PAGES, &scan);
  return count < 0 ? -1 : count == 0 && scan.walk_end == end;
}

// Whether all pages of a range within a chunk are mapped.
static bool is_mapped(const uint8_t *address, size_t length) {
  const uintptr_t start = (uintptr_t)address & ~(uintptr_t)(PAGE_BYTES - 1);
  const int finds = finds_all(start, ((uintptr_t)address + length + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1));
  if (finds >= 0) return finds;
  uint64_t entries[ENTRIES_MAX], all = ~0ull;
  const uintptr_t end = ((uintptr_t)address + length - 1) / PAGE_BYTES + 1;
  for (uintptr_t page = start / PAGE_BYTES; page < end && all >> 63 != 0;) {
    const size_t count = end - page < ENTRIES_MAX ? end - page : ENTRIES_MAX;
    const size_t bytes = count * sizeof *entries;
    if (pread(shared.pagemap, entries, bytes, (off_t)(page * sizeof *entries)) != (ssize_t)bytes) return false;
    for (size_t i = 0; i < count; i++) all &= entries[i];
    page += count;
  }
  return all >> 63 != 0;
}

// Whether bytes of a chunk are those that were checked. The order counts: if they are mapped, and the chunk is one that was checked then or since, they were.
static bool is_checked(const struct watch *watch, uint64_t position, size_t length) {
  return is_mapped(address_of(watch, position), length) && atomic_load(&watch->checked[position / watch->part.chunk_bytes]);
}

// Empties the pipe of bytes that the socket did not take. A pipe that cannot be emptied is replaced.
static void drop(size_t left) {
  while (left > 0) {
    const ssize_t dropped = splice(way.out, NULL, shared.nowhere, NULL, left, SPLICE_F_NONBLOCK);
    if (dropped < 0 && errno == EINTR) continue;
    if (dropped <= 0) {
      watch_close_pipe();
      return;
    }
    left -= (size_t)dropped;
  }
}

// Passes the pages of a range within a chunk, at most as many as the pipe takes, and adds the bytes that left to `*passed`. The pages are in
// the pipe when it is seen that they are still mapped: whatever happens to the file's memory then, these are sent. With SPLICE_F_MORE the socket
// may wait for what follows.
static enum watch_passing pass_pages(struct watch *watch, int socket, uint64_t position, size_t length, unsigned more, uint64_t *passed) {
  loff_t offset = watch->part.start + (int64_t)position;
  const ssize_t taken = splice(watch->part.fd, &offset, way.in, NULL, length, SPLICE_F_NONBLOCK);
  if (taken <= 0) return PASS_UNMAPPED;
  if (!is_checked(watch, position, (size_t)taken)) {
    drop((size_t)taken);
    return PASS_UNMAPPED;
  }
  for (size_t left = (size_t)taken; left > 0;) {
    const ssize_t sent = splice(way.out, NULL, socket, NULL, left, SPLICE_F_NONBLOCK | more);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      const bool is_full = sent < 0 && errno == EAGAIN;
      drop(left);
      return is_full ? PASS_FOLLOWS : PASS_BROKEN;
    }
    left -= (size_t)sent;
    *passed += (uint64_t)sent;
  }
  return PASS_DONE;
}

// Passes a range within a chunk, in steps of as many pages as the pipe takes.
static enum watch_passing pass_in_chunk(struct watch *watch, int socket, uint64_t position, uint64_t length, bool more_follows,
                                        uint64_t *passed) {
  // a page that is missing here would be read from the disk
  if (!is_checked(watch, position, (size_t)length)) return PASS_UNMAPPED;
  enum watch_passing last = PASS_DONE;
  for (const uint64_t end = position + length; last == PASS_DONE && position < end;) {
    const uint64_t in_pipe = way.room - position % PAGE_BYTES;
    const size_t step = (size_t)(in_pipe < end - position ? in_pipe : end - position);
    const uint64_t before = *passed;
    last = pass_pages(watch, socket, position, step, position + step < end || more_follows ? SPLICE_F_MORE : 0, passed);
    position += *passed - before;
    if (!way.is_open) return PASS_UNMAPPED;
  }
  return last;
}

enum watch_passing watch_pass(struct watch *watch, int socket, uint64_t position, uint64_t length, bool more_follows, uint64_t *passed) {
  if (position > watch->part.size || length > watch->part.size - position) return PASS_UNMAPPED;
  if (!watch_is_current(watch)) return PASS_STALE;
  enum watch_passing last = way.is_open || open_pipe() ? PASS_DONE : PASS_UNMAPPED;
  for (const uint64_t end = position + length; last == PASS_DONE && position < end;) {
    const uint64_t in_chunk = watch->part.chunk_bytes - position % watch->part.chunk_bytes;
    const uint64_t step = in_chunk < end - position ? in_chunk : end - position;
    last = pass_in_chunk(watch, socket, position, step, position + step < end || more_follows, passed);
    position += step;
  }
  return last;
}

#else

bool watch_is_current(const struct watch *watch) {
  (void)watch;
  return false;
}

struct watch *watch_begin(const struct watched_part *part, int64_t age_ms) {
  (void)part, (void)age_ms;
  return NULL;
}

struct watch *watch_hold(struct watch *watch) { return watch; }

void watch_end(struct watch *watch) { (void)watch; }

void watch_trust(struct watch *watch, uint64_t index) { (void)watch, (void)index; }

void watch_close_pipe(void) {}

enum watch_outcome watch_map(struct watch *watch, uint64_t index) {
  (void)watch, (void)index;
  return WATCH_NOT_CACHED;
}

void watch_unmap(struct watch *watch, uint64_t index) { (void)watch, (void)index; }

enum watch_passing watch_pass(struct watch *watch, int socket, uint64_t position, uint64_t length, bool more_follows, uint64_t *passed) {
  (void)watch, (void)socket, (void)position, (void)length, (void)more_follows, (void)passed;
  return PASS_UNMAPPED;
}

#endif
