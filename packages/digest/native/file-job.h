// The file operations of an engine.
#pragma once

#include "engine.h"

// Does the job's work on its file, and returns 0 or an errno.
int file_job_run(const struct job *job);

// Locks an open file exclusively, until the descriptor is closed or its process ends, without waiting. Returns 0 or an
// errno: EWOULDBLOCK if another descriptor has locked it.
int file_try_lock(int fd);
