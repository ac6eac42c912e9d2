// Reads of files that the system has not in its memory.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A range of an open file.
struct large_read {
  int fd;
  uint8_t *data;
  size_t length;
  int64_t position;
  bool goes_on; // whether at least 2 MiB behind the range are likely to be read
};

// Fills `data` from the file, waiting for the disk. On Linux since 6.5, has the system read whole large pages of its memory, which cost less to fill, to copy and to
// send than small ones; so it also reads what shares such a page with the range. Returns the number of bytes, fewer only at the end of the
// file, or a negative errno.
int64_t large_read_run(const struct large_read *read);

// Whether the system has all of a range of a file in its memory. Starts no read, as a read that must not wait does. True if that
// cannot be known here.
bool large_read_is_cached(int fd, int64_t position, int64_t length);
