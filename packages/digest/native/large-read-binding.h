// The Node-API interface to reads through large pages.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

// readLarge(fd, bytes, position, goesOn) → a promise of the number of bytes, or of a negative errno
napi_value read_large(napi_env env, napi_callback_info info);

// isCached(fd, position, length) → whether the system has all of that in its memory, or that cannot be known
napi_value is_cached_range(napi_env env, napi_callback_info info);
