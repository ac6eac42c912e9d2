#include "watch-binding.h"

#include "arguments.h"
#include "watch.h"

static const napi_type_tag watch_tag = {0x5a0c1e93d7f84b26u, 0x8e61f0b3a2c97d45u};

static void free_watch(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  watch_end(data);
}

int read_watch(napi_env env, napi_value value, struct watch **result) {
  napi_valuetype type;
  bool tagged;
  void *watch;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
      napi_check_object_type_tag(env, value, &watch_tag, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &watch) != napi_ok) {
    return refuse(env, "this is not a watch");
  }
  *result = watch;
  return 1;
}

napi_value watch_file(napi_env env, napi_callback_info info) {
  napi_value values[5], object;
  int64_t fd, size, chunk_bytes, age_ms;
  struct watched_part part;
  if (!read_arguments(env, info, 5, values) || !read_integer(env, values[0], INT32_MAX, &fd) ||
      !read_integer(env, values[1], SAFE_INTEGER_MAX, &part.start) || !read_integer(env, values[2], SAFE_INTEGER_MAX, &size) ||
      !read_integer(env, values[3], INT32_MAX, &chunk_bytes) || !read_integer(env, values[4], INT32_MAX, &age_ms)) {
    return NULL;
  }
  part.fd = (int)fd, part.size = (uint64_t)size, part.chunk_bytes = (uint64_t)chunk_bytes;
  struct watch *watch = watch_begin(&part, age_ms);
  if (watch == NULL) return NULL;
  if (napi_create_object(env, &object) != napi_ok || napi_type_tag_object(env, object, &watch_tag) != napi_ok ||
      napi_wrap(env, object, watch, free_watch, NULL, NULL) != napi_ok) {
    watch_end(watch);
    refuse(env, "the watch cannot be made");
    return NULL;
  }
  return object;
}

napi_value is_current(napi_env env, napi_callback_info info) {
  napi_value value, result = NULL;
  struct watch *watch;
  if (!read_arguments(env, info, 1, &value) || !read_watch(env, value, &watch)) return NULL;
  napi_get_boolean(env, watch_is_current(watch), &result);
  return result;
}

napi_value map_chunk(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct watch *watch;
  int64_t index;
  if (!read_arguments(env, info, 2, values) || !read_watch(env, values[0], &watch) ||
      !read_integer(env, values[1], SAFE_INTEGER_MAX, &index)) {
    return NULL;
  }
  return number_value(env, watch_map(watch, (uint64_t)index));
}

napi_value trust_chunk(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct watch *watch;
  int64_t index;
  if (!read_arguments(env, info, 2, values) || !read_watch(env, values[0], &watch) ||
      !read_integer(env, values[1], SAFE_INTEGER_MAX, &index)) {
    return NULL;
  }
  watch_trust(watch, (uint64_t)index);
  return NULL;
}

napi_value unmap_chunk(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct watch *watch;
  int64_t index;
  if (!read_arguments(env, info, 2, values) || !read_watch(env, values[0], &watch) ||
      !read_integer(env, values[1], SAFE_INTEGER_MAX, &index)) {
    return NULL;
  }
  watch_unmap(watch, (uint64_t)index);
  return NULL;
}

napi_value end_watch(napi_env env, napi_callback_info info) {
  napi_value value;
  void *watch;
  struct watch *checked;
  if (!read_arguments(env, info, 1, &value) || !read_watch(env, value, &checked)) return NULL;
  if (napi_remove_wrap(env, value, &watch) == napi_ok) watch_end(watch);
  return NULL;
}
