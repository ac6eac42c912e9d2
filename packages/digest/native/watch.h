// Files whose bytes go from the system's memory to a socket without passing through this process, and the proof that those are the
// bytes that were checked.
//
// A chunk of a file is mapped, and then read and checked. As long as all of its pages are still mapped, they are those that were checked: the
// system removes a page from every mapping before it drops it from its memory, and it maps none of them again, because nothing in
// this process touches the mapping. Where one is missing, the chunk must be mapped and checked again.
//
// The file must never change where it was checked. A change by another program is noticed by the file's times.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch;

// A part of a file in chunks of equal size, of which the last may be shorter.
struct watched_part {
  int fd;
  int64_t start;
  uint64_t size, chunk_bytes;
};

// Watches a file that was not changed in the last `age_ms` milliseconds, or in the last 100 where it has times finer than a second, so that a later change
// gives it another time. The descriptor is the caller's, and stays open as long as the watch. NULL: the system, the file system or the size of pages does not allow it, the
// file is too young, or there is no memory.
struct watch *watch_begin(const struct watched_part *part, int64_t age_ms);

// The watch ends, for good, when all that hold it have ended it: the one that began it, and a connection that passes its bytes.
struct watch *watch_hold(struct watch *watch);
void watch_end(struct watch *watch);

// Whether the file has not changed since the watch began, nor been deleted.
bool watch_is_current(const struct watch *watch);

enum watch_outcome {
  WATCH_DONE,
  WATCH_NOT_CACHED, // some of the chunk is not in the system's memory
  WATCH_CHANGED,    // the file has changed since the watch began, or the system cannot do it: the watch is good for nothing any more
};

// Maps a chunk, which is to be checked afterwards, and then trusted or unmapped.
enum watch_outcome watch_map(struct watch *watch, uint64_t index);

// Lets bytes of a chunk be passed, which was checked since it was mapped.
void watch_trust(struct watch *watch, uint64_t index);

// Maps a chunk no longer.
void watch_unmap(struct watch *watch, uint64_t index);

enum watch_passing {
  PASS_DONE,
  PASS_FOLLOWS,  // the socket takes no more
  PASS_UNMAPPED, // the next bytes are not those that were checked
  PASS_STALE,    // the file has changed since the watch began
  PASS_BROKEN,   // the socket is broken
};

// Passes bytes from a position in the part to a socket that does not block, and adds their number to `*passed`. With `more_follows` the socket may wait
// for what comes behind them. Several threads may pass bytes of one watch, while another one maps, trusts and unmaps.
enum watch_passing watch_pass(struct watch *watch, int socket, uint64_t position, uint64_t length, bool more_follows, uint64_t *passed);

// Closes the pipe through which this thread has passed bytes, before it ends.
void watch_close_pipe(void);
