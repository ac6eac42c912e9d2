// Appends to files that many writers share, such as packs: writes what lies together at once, and syncs once for all.
#pragma once

#include "engine.h"
#include "file-job.h"

// The most jobs that share writes and a sync.
#define APPEND_JOBS_MAX 64

// Runs jobs of kind JOB_APPEND, and those of JOB_SEAL whose data are hashed, and notes their results. A job fails if its own bytes could not be written, or if a sync of its file
// has failed, now or before.
void append_all(struct job **jobs, unsigned count, struct stage *stage);
