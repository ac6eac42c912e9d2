#include "look-up.h" // first: it selects what the system declares

#include "event-loop.h"

#include <pthread.h>

static struct event_loop functions;
static int has_functions;

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
