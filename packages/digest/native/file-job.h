// The file operations of an engine.
#pragma once

#include <stdbool.h>

#include "engine.h"

// Memory of one thread in which bytes are arranged for direct writes; allocated when it is first needed.
struct stage {
  uint8_t *bytes; // to be freed by the owner
};

// Does the job's work on its file, and returns 0 or an errno.
int file_job_run(const struct job *job, struct stage *stage);

// Writes the pieces of a job, and returns 0 or an errno.
int file_write_pieces(const struct job *job, struct stage *stage);

// Opens an open file once more, for writes that bypass the page cache. Returns a descriptor, or -1 if this is not possible here.
int file_open_direct(int fd);

// Locks an open file exclusively, until the descriptor is closed or its process ends, without waiting. Returns 0 or an
// errno: EWOULDBLOCK if another descriptor has locked it.
int file_try_lock(int fd);

// Copies what the page cache holds of a range from its start, without waiting for the disk. Returns the number of bytes, or -1 if
// the first one is not cached, if this system does not support that, or if reading fails.
int64_t file_read_cached(int fd, uint8_t *data, size_t length, int64_t position);

// Copies a range of a file: only what is cached, or waiting for the disk. Returns the number of bytes, or -1.
int64_t file_read_now(int fd, uint8_t *data, size_t length, int64_t position, bool only_cached);

// Lets the system read a range of a file into its memory, without waiting for it.
void file_will_need(int fd, int64_t position, int64_t length);

// Files are checked in blocks of this size.
#define FILE_BLOCK_BYTES (64u << 10)

// A range of a file, and the bytes before and behind it that its checksum covers as well.
struct file_range {
  int fd;
  int64_t position;
  size_t length, before, after;
  uint64_t previous; // the CRC-64 of what comes before all of them, or 0
  uint8_t *sums;     // NULL, or filled with the CRC-64 up to the end of each block of them, 8 bytes each
};

// Copies a range like `file_read_cached`, and computes the CRC-64 of it with its surroundings. Returns 0 if not all of that is cached.
int file_read_checked(const struct file_range *range, uint8_t *data, const struct crc_kernel *kernel, uint64_t *crc64);
