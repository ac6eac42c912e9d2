// Reads the arguments from JavaScript. Each reader throws and returns 0 if the value is not of its type.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdint.h>

#define SAFE_INTEGER_MAX 9007199254740991.0

static inline int refuse(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", message);
  return 0;
}

static inline int read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok || given < count) {
    return refuse(env, "too few arguments");
  }
  return 1;
}

static inline int read_integer(napi_env env, napi_value value, double max, int64_t *result) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok || !(number >= 0 && number <= max) ||
      number != (double)(int64_t)number) {
    return refuse(env, "an integer is out of range");
  }
  *result = (int64_t)number;
  return 1;
}

// A file's descriptor, or -1 for none.
static inline int read_descriptor(napi_env env, napi_value value, int *result) {
  double number;
  int64_t descriptor;
  if (napi_get_value_double(env, value, &number) == napi_ok && number == -1) {
    *result = -1;
    return 1;
  }
  if (!read_integer(env, value, INT32_MAX, &descriptor)) return 0;
  *result = (int)descriptor;
  return 1;
}

static inline int read_boolean(napi_env env, napi_value value, bool *result) {
  if (napi_get_value_bool(env, value, result) != napi_ok) return refuse(env, "this is not a boolean");
  return 1;
}

static inline int read_bytes(napi_env env, napi_value value, const uint8_t **data, size_t *length) {
  bool typed;
  napi_typedarray_type type;
  void *start;
  if (napi_is_typedarray(env, value, &typed) != napi_ok || !typed ||
      napi_get_typedarray_info(env, value, &type, length, &start, NULL, NULL) != napi_ok || type != napi_uint8_array) {
    return refuse(env, "bytes are not a Uint8Array");
  }
  *data = start;
  return 1;
}

static inline napi_value number_value(napi_env env, double number) {
  napi_value value = NULL;
  napi_create_double(env, number, &value);
  return value;
}
