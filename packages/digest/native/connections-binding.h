// The Node-API interface to connections.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

// Adds the functions of connections to the exports, where this system has what they need.
void export_connections(napi_env env, napi_value exports);
