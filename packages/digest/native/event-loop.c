#if defined(__linux__)
#define _GNU_SOURCE // for RTLD_DEFAULT
#endif

#include "event-loop.h"

#include <dlfcn.h>
#include <pthread.h>

static struct event_loop functions;
static int has_functions;

// POSIX guarantees that a pointer to a function fits into one to data.
static int look_up(const char *name, void *function) {
  void *found = dlsym(RTLD_DEFAULT, name);
  *(void **)function = found;
  return found != NULL;
}

static void look_up_all(void) {
  has_functions = look_up("uv_handle_size", &functions.handle_size) && look_up("uv_poll_init", &functions.poll_init) &&
                  look_up("uv_poll_start", &functions.poll_start) && look_up("uv_close", &functions.close) &&
                  look_up("uv_handle_set_data", &functions.set_data) &&
                  look_up("uv_handle_get_data", &functions.get_data) && look_up("uv_ref", &functions.ref) &&
                  look_up("uv_unref", &functions.unref);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

const struct event_loop *event_loop(void) {
  pthread_once(&once, look_up_all);
  return has_functions ? &functions : NULL;
}
