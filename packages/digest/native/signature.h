// The signature of a text by its digest, as the fourth versions of OSS's and AWS's signatures have it.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

// Whether this process has the SHA-256 that `sign_digest` needs.
bool can_sign_digest(void);

// signDigest(key, head, text) → HMAC-SHA256(key, head + hex(SHA-256(text))), in hex. Each character of the texts is one byte.
napi_value sign_digest(napi_env env, napi_callback_info info);
