// MD5 kernels for x86-64, one stream in each 32-bit lane of a vector.
#pragma once

#include "md5.h"

#define MD5_X86_KERNELS_MAX 4

// The kernels whose instructions this processor and its operating system support, in the order of `md5_available`; none
// on another architecture.
size_t md5_x86_candidates(const struct md5_kernel *kernels[MD5_X86_KERNELS_MAX]);
