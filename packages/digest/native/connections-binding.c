#include "connections-binding.h"

#if defined(__linux__)

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arguments.h"
#include "body-hashes.h"
#include "connections.h"
#include "event-loop.h"
#include "watch-binding.h"
#include "watch.h"

// Heads are shorter, except those of answers with very many headers.
#define HEAD_BYTES 4096
// Batches in a row before others of the event loop have their turn.
#define BATCHES_MAX 4

// A set of connections as JavaScript holds it. Lives until libuv has closed its handle, or, where it was never closed, until its object is gone.
struct holder {
  struct connections *set; // NULL when closed
  struct uv_poll *poll;
  napi_env env;
  napi_ref reports, arena, hashes, on_batch;
  struct body_hash *body_hashes;
};

static const napi_type_tag tag = {0x4c1b7f3ad2e95806u, 0x8d20e6b5914fc37au};

static int read_holder(napi_env env, napi_value value, struct holder **result) {
  bool tagged;
  void *holder;
  if (napi_check_object_type_tag(env, value, &tag, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &holder) != napi_ok) {
    return refuse(env, "these are not connections");
  }
  *result = holder;
  return (*result)->set != NULL ? 1 : refuse(env, "the connections are closed");
}

static int read_connection(napi_env env, const napi_value *values, struct holder **holder, uint32_t *number) {
  if (!read_holder(env, values[0], holder)) return 0;
  if (napi_get_value_uint32(env, values[1], number) != napi_ok || !connections_has((*holder)->set, *number)) {
    return refuse(env, "there is no such connection");
  }
  return 1;
}

// Calls JavaScript with the number of reports. What it throws is thrown in the process, as from any listener.
static void deliver(struct holder *holder, unsigned count) {
  napi_env env = holder->env;
  napi_handle_scope scope;
  napi_value receiver, function, number, error;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_global(env, &receiver) == napi_ok &&
      napi_get_reference_value(env, holder->on_batch, &function) == napi_ok &&
      napi_create_uint32(env, count, &number) == napi_ok &&
      napi_make_callback(env, NULL, receiver, function, 1, &number, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

static void on_ready(struct uv_poll *poll, int status, int events) {
  (void)status, (void)events;
  struct holder *holder = event_loop()->get_data(poll);
  for (int batch = 0, more = 1; more && batch < BATCHES_MAX && holder->set != NULL; batch++) {
    unsigned count = connections_gather(holder->set, &more);
    if (count > 0) deliver(holder, count);
    if (holder->set != NULL) connections_gathered(holder->set);
  }
}

static void free_poll(struct uv_poll *poll) { free(poll); }

static void close_holder(struct holder *holder) {
  if (holder->set == NULL) return;
  event_loop()->close(holder->poll, free_poll);
  connections_close(holder->set);
  holder->set = NULL;
}

static void clean_up(void *data) { close_holder(data); }

static void finalize(napi_env env, void *data, void *hint) {
  (void)hint;
  struct holder *holder = data;
  if (holder->set != NULL) napi_remove_env_cleanup_hook(env, clean_up, holder);
  close_holder(holder);
  free(holder);
}

// Watches the set in the event loop. Returns 0 or an errno.
static int watch(napi_env env, struct holder *holder) {
  const struct event_loop *loop_functions = event_loop();
  struct uv_loop_s *loop;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return ENOSYS;
  holder->poll = malloc(loop_functions->handle_size(UV_POLL_KIND));
  if (holder->poll == NULL) return ENOMEM;
  int error = loop_functions->poll_init(loop, holder->poll, connections_descriptor(holder->set));
  if (error != 0) {
    free(holder->poll);
    return -error;
  }
  loop_functions->set_data(holder->poll, holder);
  loop_functions->unref(holder->poll);
  loop_functions->poll_start(holder->poll, UV_POLL_READABLE, on_ready);
  return 0;
}

// Allocates the holder and what JavaScript shares with it. Returns NULL with an exception pending.
static struct holder *create_holder(napi_env env, napi_value object, napi_value on_batch) {
  napi_value reports, arena, hashes;
  void *report_bytes, *arena_bytes, *hash_bytes;
  struct holder *holder = calloc(1, sizeof *holder);
  if (holder == NULL || napi_create_arraybuffer(env, REPORTS_MAX * sizeof(struct report), &report_bytes, &reports) != napi_ok ||
      napi_create_arraybuffer(env, ARENA_BYTES, &arena_bytes, &arena) != napi_ok ||
      napi_create_arraybuffer(env, REPORTS_MAX * sizeof(struct body_hash), &hash_bytes, &hashes) != napi_ok ||
      napi_set_named_property(env, object, "reports", reports) != napi_ok ||
      napi_set_named_property(env, object, "arena", arena) != napi_ok ||
      napi_set_named_property(env, object, "hashes", hashes) != napi_ok ||
      napi_create_reference(env, reports, 1, &holder->reports) != napi_ok ||
      napi_create_reference(env, arena, 1, &holder->arena) != napi_ok ||
      napi_create_reference(env, hashes, 1, &holder->hashes) != napi_ok ||
      napi_create_reference(env, on_batch, 1, &holder->on_batch) != napi_ok) {
    free(holder);
    refuse(env, "the connections cannot be created");
    return NULL;
  }
  holder->env = env;
  holder->body_hashes = hash_bytes;
  int error = connections_open(report_bytes, arena_bytes, &holder->set);
  if (error == 0 && (error = watch(env, holder)) != 0) connections_close(holder->set);
  if (error == 0) return holder;
  free(holder);
  napi_throw_error(env, NULL, "the event loop cannot watch connections");
  return NULL;
}

// openConnections(onBatch(count)) → an object with `reports`, `arena` and `hashes`
static napi_value open_connections(napi_env env, napi_callback_info info) {
  napi_value on_batch, object;
  napi_valuetype type;
  if (!read_arguments(env, info, 1, &on_batch)) return NULL;
  if (napi_typeof(env, on_batch, &type) != napi_ok || type != napi_function || napi_create_object(env, &object) != napi_ok) {
    refuse(env, "the callback is not a function");
    return NULL;
  }
  struct holder *holder = create_holder(env, object, on_batch);
  if (holder == NULL) return NULL;
  napi_type_tag_object(env, object, &tag);
  if (napi_wrap(env, object, holder, finalize, NULL, NULL) != napi_ok) {
    close_holder(holder);
    refuse(env, "the connections cannot be created");
    return NULL;
  }
  napi_add_env_cleanup_hook(env, clean_up, holder);
  return object;
}

// closeConnections(connections)
static napi_value close_connections(napi_env env, napi_callback_info info) {
  napi_value value;
  struct holder *holder;
  if (!read_arguments(env, info, 1, &value) || !read_holder(env, value, &holder)) return NULL;
  napi_remove_env_cleanup_hook(env, clean_up, holder);
  close_holder(holder);
  napi_delete_reference(env, holder->reports);
  napi_delete_reference(env, holder->arena);
  napi_delete_reference(env, holder->hashes);
  napi_delete_reference(env, holder->on_batch);
  return NULL;
}

// keepAlive(connections, whether the process stays alive for them)
static napi_value keep_alive(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  bool keeps;
  if (!read_arguments(env, info, 2, values) || !read_holder(env, values[0], &holder) ||
      !read_boolean(env, values[1], &keeps)) {
    return NULL;
  }
  (keeps ? event_loop()->ref : event_loop()->unref)(holder->poll);
  return NULL;
}

// adopt(connections, fd) → the number of the connection, or a negative errno
static napi_value adopt(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  int64_t fd;
  if (!read_arguments(env, info, 2, values) || !read_holder(env, values[0], &holder) ||
      !read_integer(env, values[1], INT32_MAX, &fd)) {
    return NULL;
  }
  return number_value(env, connections_adopt(holder->set, (int)fd));
}

// release(connections, number) → the descriptor of the connection, which is the caller's
static napi_value release(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  uint32_t number;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  return number_value(env, connections_release(holder->set, number));
}

// drop(connections, number) → as `unpassed`
static napi_value drop(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  uint32_t number;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  return number_value(env, (double)connections_drop(holder->set, number));
}

// receive(connections, number, bytes) → as `connections_receive`
static napi_value receive(napi_env env, napi_callback_info info) {
  napi_value values[3];
  struct holder *holder;
  uint32_t number;
  const uint8_t *bytes;
  size_t length;
  if (!read_arguments(env, info, 3, values) || !read_connection(env, values, &holder, &number) ||
      !read_bytes(env, values[2], &bytes, &length)) {
    return NULL;
  }
  return number_value(env, (double)connections_receive(holder->set, number, (uint8_t *)bytes, length));
}

// pause(connections, number, whether it pauses)
static napi_value pause_receiving(napi_env env, napi_callback_info info) {
  napi_value values[3];
  struct holder *holder;
  uint32_t number;
  bool pauses;
  if (!read_arguments(env, info, 3, values) || !read_connection(env, values, &holder, &number) ||
      !read_boolean(env, values[2], &pauses)) {
    return NULL;
  }
  connections_pause(holder->set, number, pauses);
  return NULL;
}

// A head, of which each character is one byte: in `room`, or allocated.
struct head {
  char room[HEAD_BYTES], *bytes;
  size_t length;
};

// Returns 0, with an exception pending or with an errno, where the head cannot be read.
static int read_head(napi_env env, napi_value value, struct head *head, int *error) {
  *error = 0;
  head->bytes = head->room;
  if (napi_get_value_string_latin1(env, value, head->room, sizeof head->room, &head->length) != napi_ok) {
    return refuse(env, "the head is not a text");
  }
  if (head->length < sizeof head->room - 1) return 1;
  napi_get_value_string_latin1(env, value, NULL, 0, &head->length);
  head->bytes = malloc(head->length + 1);
  if (head->bytes == NULL) return *error = -ENOMEM, 0;
  napi_get_value_string_latin1(env, value, head->bytes, head->length + 1, &head->length);
  return 1;
}

static void free_head(struct head *head) {
  if (head->bytes != head->room) free(head->bytes);
}

// send(connections, number, head, body) → as `connections_send`
static napi_value send_answer(napi_env env, napi_callback_info info) {
  napi_value values[4];
  struct holder *holder;
  uint32_t number;
  const uint8_t *body;
  size_t body_bytes;
  struct head head;
  int outcome;
  if (!read_arguments(env, info, 4, values) || !read_connection(env, values, &holder, &number) ||
      !read_bytes(env, values[3], &body, &body_bytes)) {
    return NULL;
  }
  if (!read_head(env, values[2], &head, &outcome)) return outcome == 0 ? NULL : number_value(env, outcome);
  outcome = connections_send(holder->set, number, (const uint8_t *)head.bytes, head.length, body, body_bytes);
  free_head(&head);
  return number_value(env, outcome);
}

// pass(connections, number, head, watch, position, length) → as `connections_pass`
static napi_value pass_bytes(napi_env env, napi_callback_info info) {
  napi_value values[6];
  struct holder *holder;
  uint32_t number;
  struct watch *watch;
  int64_t position, length;
  struct head head;
  int outcome;
  if (!read_arguments(env, info, 6, values) || !read_connection(env, values, &holder, &number) ||
      !read_watch(env, values[3], &watch) || !read_integer(env, values[4], SAFE_INTEGER_MAX, &position) ||
      !read_integer(env, values[5], PASSED_BYTES_MAX, &length)) {
    return NULL;
  }
  if (!read_head(env, values[2], &head, &outcome)) return outcome == 0 ? NULL : number_value(env, outcome);
  outcome = connections_pass(holder->set, number, (const uint8_t *)head.bytes, head.length, watch, (uint64_t)position,
                             (uint64_t)length);
  free_head(&head);
  return number_value(env, outcome);
}

// unpassed(connections, number) → the bytes of the last pass that were not passed
static napi_value unpassed(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  uint32_t number;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  return number_value(env, (double)connections_unpassed(holder->set, number));
}

// flush(connections)
static napi_value flush(napi_env env, napi_callback_info info) {
  napi_value value;
  struct holder *holder;
  if (read_arguments(env, info, 1, &value) && read_holder(env, value, &holder)) connections_flush(holder->set);
  return NULL;
}

// hashBodies(connections): fills `hashes` for the reports of the last batch
static napi_value hash_small_bodies(napi_env env, napi_callback_info info) {
  napi_value value;
  struct holder *holder;
  if (read_arguments(env, info, 1, &value) && read_holder(env, value, &holder)) {
    connections_hash_bodies(holder->set, holder->body_hashes);
  }
  return NULL;
}

// unsent(connections, number) → the bytes of an answer that the kernel has not taken
static napi_value unsent(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  uint32_t number;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  return number_value(env, (double)connections_unsent(holder->set, number));
}

// unsentBytes(connections, number) → a copy of them; they are sent no more
static napi_value unsent_bytes(napi_env env, napi_callback_info info) {
  napi_value values[2], result;
  struct holder *holder;
  uint32_t number;
  void *bytes;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  if (napi_create_buffer(env, connections_withdraw(holder->set, number), &bytes, &result) != napi_ok) {
    refuse(env, "the bytes cannot be copied");
    return NULL;
  }
  connections_copy_unsent(holder->set, number, bytes);
  return result;
}

// shut(connections, number)
static napi_value shut(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct holder *holder;
  uint32_t number;
  if (!read_arguments(env, info, 2, values) || !read_connection(env, values, &holder, &number)) return NULL;
  connections_shut(holder->set, number);
  return NULL;
}

void export_connections(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback function;
  } functions[] = {
      {"openConnections", open_connections}, {"closeConnections", close_connections}, {"keepAlive", keep_alive},
      {"adopt", adopt}, {"release", release}, {"drop", drop}, {"receive", receive}, {"pause", pause_receiving},
      {"send", send_answer}, {"flush", flush}, {"pass", pass_bytes}, {"unpassed", unpassed}, {"unsent", unsent},
      {"unsentBytes", unsent_bytes}, {"shut", shut}, {"hashBodies", hash_small_bodies},
  };
  if (event_loop() == NULL) return;
  napi_value connections;
  if (napi_create_object(env, &connections) != napi_ok) return;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function) == napi_ok) {
      napi_set_named_property(env, connections, functions[i].name, function);
    }
  }
  napi_set_named_property(env, exports, "connections", connections);
}

#else

void export_connections(napi_env env, napi_value exports) { (void)env, (void)exports; }

#endif
