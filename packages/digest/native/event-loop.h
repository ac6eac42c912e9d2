// The functions in use of libuv, which Node.js exports to addons. They are looked up in the process, so that the addon also loads where there is no
// libuv. The declarations are those of libuv 1.x, whose binary interface is stable.
#pragma once

#include <stddef.h>

struct uv_loop_s;
struct uv_poll;

#define UV_POLL_KIND 8 // UV_POLL of uv_handle_type
#define UV_POLL_READABLE 1

struct event_loop {
  size_t (*handle_size)(int kind);                                              // uv_handle_size
  int (*poll_init)(struct uv_loop_s *loop, struct uv_poll *poll, int fd);        // uv_poll_init
  int (*poll_start)(struct uv_poll *poll, int events, void (*on_ready)(struct uv_poll *poll, int status, int events)); // uv_poll_start
  void (*close)(struct uv_poll *poll, void (*on_closed)(struct uv_poll *poll)); // uv_close
  void (*set_data)(struct uv_poll *poll, void *data);                           // uv_handle_set_data
  void *(*get_data)(const struct uv_poll *poll);                                // uv_handle_get_data
  void (*ref)(struct uv_poll *poll);                                            // uv_ref
  void (*unref)(struct uv_poll *poll);                                          // uv_unref
};

// NULL if this process has no such libuv.
const struct event_loop *event_loop(void);
