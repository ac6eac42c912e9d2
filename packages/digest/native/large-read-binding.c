#include "large-read-binding.h"

#include <errno.h>
#include <stdlib.h>

#include "arguments.h"
#include "large-read.h"

// A read in a thread of Node.js.
struct reading {
  struct large_read read;
  int64_t result;
  napi_deferred deferred;
  napi_async_work work;
  napi_ref bytes; // keeps them in memory
};

static void run(napi_env env, void *data) {
  (void)env;
  struct reading *reading = data;
  reading->result = large_read_run(&reading->read);
}

static void finish(napi_env env, napi_status status, void *data) {
  struct reading *reading = data;
  const int64_t result = status == napi_ok ? reading->result : -ECANCELED;
  napi_resolve_deferred(env, reading->deferred, number_value(env, (double)result));
  napi_delete_reference(env, reading->bytes);
  napi_delete_async_work(env, reading->work);
  free(reading);
}

static napi_value begin(napi_env env, napi_value bytes, struct reading *reading) {
  napi_value name, promise;
  if (napi_create_reference(env, bytes, 1, &reading->bytes) != napi_ok) return NULL;
  if (napi_create_string_utf8(env, "readLarge", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_async_work(env, NULL, name, run, finish, reading, &reading->work) == napi_ok) {
    if (napi_create_promise(env, &reading->deferred, &promise) == napi_ok &&
        napi_queue_async_work(env, reading->work) == napi_ok) {
      return promise;
    }
    napi_delete_async_work(env, reading->work);
  }
  napi_delete_reference(env, reading->bytes);
  return NULL;
}

napi_value read_large(napi_env env, napi_callback_info info) {
  napi_value values[4];
  int64_t fd;
  const uint8_t *data;
  struct large_read read;
  if (!read_arguments(env, info, 4, values) || !read_integer(env, values[0], INT32_MAX, &fd) ||
      !read_bytes(env, values[1], &data, &read.length) ||
      !read_integer(env, values[2], SAFE_INTEGER_MAX - (double)read.length, &read.position) ||
      !read_boolean(env, values[3], &read.goes_on)) {
    return NULL;
  }
  read.fd = (int)fd, read.data = (uint8_t *)data;
  struct reading *reading = malloc(sizeof *reading);
  if (reading == NULL) {
    refuse(env, "there is no memory");
    return NULL;
  }
  *reading = (struct reading){.read = read};
  napi_value promise = begin(env, values[1], reading);
  if (promise == NULL) {
    free(reading);
    refuse(env, "a read cannot be started");
  }
  return promise;
}

napi_value is_cached_range(napi_env env, napi_callback_info info) {
  napi_value values[3], is_cached = NULL;
  int64_t fd, position, length;
  if (read_arguments(env, info, 3, values) && read_integer(env, values[0], INT32_MAX, &fd) &&
      read_integer(env, values[1], SAFE_INTEGER_MAX, &position) &&
      read_integer(env, values[2], SAFE_INTEGER_MAX - (double)position, &length)) {
    napi_get_boolean(env, large_read_is_cached((int)fd, position, length), &is_cached);
  }
  return is_cached;
}
