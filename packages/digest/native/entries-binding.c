#include "arguments.h"
#include "entries.h"

napi_value print_rows(napi_env env, napi_callback_info info) {
  napi_value values[4];
  struct entries_job job;
  const uint8_t *out;
  size_t room, printed;
  if (!read_arguments(env, info, 4, values) || !read_bytes(env, values[0], &job.plan.at, &job.plan.length) ||
      !read_bytes(env, values[1], &job.templates.at, &job.templates.length) ||
      !read_bytes(env, values[2], &job.rows.at, &job.rows.length) || !read_bytes(env, values[3], &out, &room)) {
    return NULL;
  }
  const size_t bytes = entries_print(&job, (uint8_t *)out, room < UINT32_MAX ? room : UINT32_MAX, &printed);
  return number_value(env, (double)printed * 4294967296.0 + (double)bytes);
}
