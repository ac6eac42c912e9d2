// CRC kernels for x86-64, by carry-less multiplication.
#pragma once

#include "crc.h"

// The kernels whose instructions this processor and its operating system support, the fastest last; none on another
// architecture. Call it once, after the tables and factors are built.
size_t crc_x86_candidates(const struct crc_kernel *kernels[CRC_KERNELS_MAX]);
