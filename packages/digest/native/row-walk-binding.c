#include "arguments.h"
#include "row-walk.h"

#define ROWS_MAX 65535
#define OUT_BYTES_MAX UINT32_MAX

// Texts that follow each other, each after its length in four bytes.
static bool take_text(struct walk_text *from, struct walk_text *taken) {
  if (from->length < 4) return false;
  const uint8_t *at = from->at;
  const size_t length = at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
  if (from->length - 4 < length) return false;
  *taken = (struct walk_text){at + 4, length};
  *from = (struct walk_text){at + 4 + length, from->length - 4 - length};
  return true;
}

static bool read_texts(napi_env env, napi_value value, struct walk_text *texts[3]) {
  struct walk_text all;
  if (!read_bytes(env, value, &all.at, &all.length)) return false;
  for (int i = 0; i < 3; i++) {
    if (!take_text(&all, texts[i])) return refuse(env, "these are not three texts");
  }
  return true;
}

napi_value read_rows(napi_env env, napi_callback_info info) {
  napi_value values[8];
  struct walk_job job;
  int64_t fd, limit, after, end;
  const uint8_t *out;
  size_t room;
  if (!read_arguments(env, info, 8, values) || !read_integer(env, values[0], INT32_MAX, &fd) ||
      !read_boolean(env, values[1], &job.only_cached) ||
      !read_texts(env, values[2], (struct walk_text *[]){&job.name, &job.mark_key, &job.mark}) ||
      !read_texts(env, values[3], (struct walk_text *[]){&job.from, &job.to, &job.delimiter}) ||
      !read_integer(env, values[4], ROWS_MAX, &limit) || !read_integer(env, values[5], UINT16_MAX, &after) ||
      !read_integer(env, values[6], UINT8_MAX, &end) || !read_bytes(env, values[7], &out, &room)) {
    return NULL;
  }
  job.fd = (int)fd;
  job.limit = (size_t)limit;
  job.after = (size_t)after;
  job.end = (uint8_t)end;
  const struct crc_kernel *kernels[CRC_KERNELS_MAX];
  const struct crc_kernel *fastest = kernels[crc_available(kernels) - 1];
  struct walk_result result;
  const enum walk_end why = walk_rows(&job, fastest, (uint8_t *)out, room < OUT_BYTES_MAX ? room : OUT_BYTES_MAX, &result);
  return number_value(env, (double)why * 281474976710656.0 + (double)result.rows * 4294967296.0 + (double)result.bytes);
}
