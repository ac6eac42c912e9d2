// Prints rows as text: the entries of a listing.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <node_api.h>

struct entries_text {
  const uint8_t *at;
  size_t length;
};

// All of it is read within its bounds, whatever it holds; packages/protocol/src/entry-template.ts describes the forms.
struct entries_job {
  // Version of the values, the start of names in keys, and the names of members.
  struct entries_text plan;
  struct entries_text templates;
  struct entries_text rows;
};

// Prints rows one after the other until one cannot be printed, or does not fit into `out`. Returns the bytes written.
size_t entries_print(const struct entries_job *job, uint8_t *out, size_t room, size_t *printed);

// printRows(plan, templates, rows, out) → 2^32 · rows printed + bytes written to `out`
napi_value print_rows(napi_env env, napi_callback_info info);
