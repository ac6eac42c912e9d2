// Reads rows from the tree of LMDB's file into one piece of memory.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <node_api.h>

#include "crc.h"

struct walk_text {
  const uint8_t *at;
  size_t length;
};

// A range of rows. All bytes of the file are checked to lie within its pages, whatever they are.
struct walk_job {
  int fd;
  // Reads only pages that the system has in memory.
  bool only_cached;
  // The tree's name, and the key and value of a row next to it, which only the wanted state of the file has.
  struct walk_text name, mark_key, mark;
  // Rows with `from <= key < to`.
  struct walk_text from, to;
  size_t limit;
  // Where this is not empty: of rows whose keys are the same up to the end of it, at or behind `after`, only the first. It does not count behind
  // the first byte `end`.
  struct walk_text delimiter;
  size_t after;
  uint8_t end;
};

// Why a walk ended. After `WALK_OTHER` nothing that it has read may be used.
enum walk_end { WALK_DONE, WALK_FULL, WALK_NOT_CACHED, WALK_OTHER };

struct walk_result {
  size_t rows, bytes;
};

// Writes rows to `out`, as `RowWalk` of packages/storage-local describes, as many as there is room for.
enum walk_end walk_rows(const struct walk_job *job, const struct crc_kernel *kernel, uint8_t *out, size_t room,
                        struct walk_result *result);

// readRows(fd, onlyCached, names, bounds, limit, after, end, out) → 2^48 · why it ended + 2^32 · rows + bytes
napi_value read_rows(napi_env env, napi_callback_info info);
