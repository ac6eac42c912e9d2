// What an engine does to files.
#pragma once

#include "engine.h"

// Does the job's work on its file, and returns 0 or an errno.
int file_job_run(const struct job *job);

// Locks an open file for its holder alone, until the descriptor is closed or its process ends, without waiting.
// Returns 0 or an errno: EWOULDBLOCK if somebody else has it.
int file_try_lock(int fd);

// What the system has in memory is read on the calling thread, since it does not wait; the rest is left to others.

// Opens a file for reading. Returns its descriptor, or -1 if that might wait, cannot be tried here, or fails.
int file_open_cached(const char *path);

// Whether all of a range could be read.
int file_read_cached(int fd, uint8_t *room, size_t length, int64_t offset);
