// CRC-64 kernels for x86-64, by carry-less multiplication.
#pragma once

#include "crc64.h"

// The kernels whose instructions this processor and its operating system have, the fastest last; none on another
// architecture. Call it once, after the tables are built.
size_t crc64_x86_candidates(const struct crc64_kernel *kernels[CRC64_KERNELS_MAX]);
