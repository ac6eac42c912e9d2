// The Node-API interface to watched files.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

struct watch;

// Returns 0, with an exception pending, for what is not a watch.
int read_watch(napi_env env, napi_value value, struct watch **result);

// watchFile(fd, start, size, chunkBytes, ageMs) → a watch, or undefined
napi_value watch_file(napi_env env, napi_callback_info info);

// isCurrent(watch) → whether the file has not changed since
napi_value is_current(napi_env env, napi_callback_info info);

// mapChunk(watch, index) → a number of `enum watch_outcome`
napi_value map_chunk(napi_env env, napi_callback_info info);

// trustChunk(watch, index)
napi_value trust_chunk(napi_env env, napi_callback_info info);

// unmapChunk(watch, index)
napi_value unmap_chunk(napi_env env, napi_callback_info info);

// endWatch(watch): its last use by JavaScript
napi_value end_watch(napi_env env, napi_callback_info info);
