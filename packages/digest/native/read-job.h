// Reads a range of a file once through, for its checksum, and keeps a part of it: in memory, or in a pipe.
//
// A pipe holds references to the file's pages in the page cache. What is checked are these very pages. They stay what they
// are also if the system drops the file's and reads it from the disk again, so whoever takes them out of the pipe, to a
// socket or to memory, gets bytes that match the checksum. Only writing to the file, or punching a hole into it, changes
// them: neither is done to what a read may use.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine.h"

// What a thread reads with. Begins as READER_NEW; `reader_end` releases what it holds.
struct reader {
  uint8_t *scratch;
  int pipe[2]; // [0] is read from
};

#define READER_NEW ((struct reader){.pipe = {-1, -1}})

void reader_end(struct reader *reader);

// Does a JOB_READ, and returns 0 or an errno: ENODATA where the file ends before the range does; EINVAL, ENOSYS or EAGAIN
// where this file cannot be read into this pipe, whose content is then arbitrary.
int read_job_run(struct job *job, const struct crc64_kernel *kernel, struct reader *reader);

// A pipe that holds `bytes` of whole pages, neither end of which waits. Returns 0 or an errno.
int pipe_open(int64_t bytes, int ends[2]);

// Moves bytes from a pipe to a socket, as many as it takes without waiting. Returns how many; 0 also for one that is broken,
// which an ordinary write will tell.
size_t pipe_send(int pipe, int socket, size_t length);

// Takes bytes out of a pipe that holds them. Returns 0 or an errno.
int pipe_take(int pipe, uint8_t *room, size_t length);
