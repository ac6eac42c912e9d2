// What an engine does to files.
#pragma once

#include "engine.h"

// Does the job's work on its file, and returns 0 or an errno.
int file_job_run(const struct job *job);
