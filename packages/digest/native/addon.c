// The Node-API interface to the engine and the kernels. Its only caller is src/native/binding.ts, which declares the
// types; nevertheless every argument is checked, and a wrong one throws.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "connections-binding.h"
#include "engine.h"
#include "entries.h"
#include "file-job.h"
#include "large-read-binding.h"
#include "row-walk.h"
#include "signature.h"
#include "watch-binding.h"

#define JOBS_MAX 65536
#define FILE_THREADS_MAX 64

// The report of a finished job, in an ArrayBuffer that is shared with JavaScript.
struct answer {
  uint32_t slot;
  int32_t error;
  uint64_t crc64;
  uint8_t md5[MD5_DIGEST_BYTES];
  struct digest_values digests;
  uint32_t md5_saved_bytes;
  uint8_t md5_saved[MD5_SAVED_BYTES_MAX + 1];
};

_Static_assert(sizeof(struct answer) == 256, "src/native/binding.ts knows the places");

// An engine as JavaScript holds it. Lives until both the wrapping object and the thread-safe function are gone.
struct handle {
  int references;
  struct engine *engine; // NULL when closed
  napi_env env;
  napi_threadsafe_function notify;
  napi_ref answers_reference;
  struct answer *answers;
  // Jobs are numbered by slot; the free slots are a stack.
  struct job *jobs;
  uint32_t *free_slots;
  uint32_t job_count, free_count;
  // Streams are numbered too, in a table that grows; a free entry holds no stream.
  struct stream **streams;
  uint32_t stream_count, first_free; // no entry before `first_free` is free
};

static const napi_type_tag engine_tag = {0x6f1d0d6a3b0b4c1eu, 0x9a5e0f4c82d7b613u};
static const napi_type_tag cipher_tag = {0x1c2f5e0b7d934a68u, 0xb04d8e7715f2a9c3u};

static const struct md5_kernel *md5_kernels[MD5_KERNELS_MAX];
static const struct crc_kernel *crc_kernels[CRC_KERNELS_MAX];
static size_t md5_kernel_count, crc_kernel_count;

static void initialize_kernels(void) {
  md5_initialize();
  crc_initialize();
  md5_kernel_count = md5_available(md5_kernels);
  crc_kernel_count = crc_available(crc_kernels);
}

// Arguments

static int read_engine(napi_env env, napi_value value, struct handle **result) {
  napi_valuetype type;
  bool tagged;
  void *handle;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
      napi_check_object_type_tag(env, value, &engine_tag, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &handle) != napi_ok) {
    return refuse(env, "this is not an engine");
  }
  *result = handle;
  if ((*result)->engine == NULL) return refuse(env, "the engine is closed");
  return 1;
}

static int read_stream(napi_env env, napi_value value, const struct handle *handle, uint32_t *result) {
  int64_t number;
  if (!read_integer(env, value, UINT32_MAX, &number)) return 0;
  if (number >= handle->stream_count || handle->streams[number] == NULL) return refuse(env, "there is no such stream");
  *result = (uint32_t)number;
  return 1;
}

static int read_exactly(napi_env env, napi_value value, size_t wanted, const uint8_t **data) {
  size_t length;
  if (!read_bytes(env, value, data, &length)) return 0;
  return length == wanted ? 1 : refuse(env, "bytes have another length");
}

// Streams

static int grow_streams(struct handle *handle) {
  uint32_t count = handle->stream_count * 2 + 64;
  struct stream **streams = realloc(handle->streams, count * sizeof *streams);
  if (streams == NULL) return 0;
  memset(streams + handle->stream_count, 0, (count - handle->stream_count) * sizeof *streams);
  handle->streams = streams;
  handle->stream_count = count;
  return 1;
}

// Releases the number that JavaScript uses.
static struct stream *forget_stream(struct handle *handle, uint32_t number) {
  struct stream *stream = handle->streams[number];
  handle->streams[number] = NULL;
  if (number < handle->first_free) handle->first_free = number;
  return stream;
}

// The MD5 state that a stream continues; empty bytes mean a new MD5.
static int read_saved_md5(napi_env env, napi_value value, struct md5 *md5) {
  const uint8_t *saved;
  size_t length;
  if (!read_bytes(env, value, &saved, &length)) return 0;
  md5_begin(md5);
  if (length > 0 && !md5_restore(md5, saved, length)) return refuse(env, "these bytes are not the state of an MD5");
  return 1;
}

// begin(engine, digests, savesMd5, savedMd5) → a stream's number
static napi_value begin(napi_env env, napi_callback_info info) {
  napi_value values[4];
  struct handle *handle;
  int64_t digests;
  bool saves_md5;
  struct stream_options options;
  if (!read_arguments(env, info, 4, values) || !read_engine(env, values[0], &handle) ||
      !read_integer(env, values[1], DIGESTS_ALL, &digests) || !read_boolean(env, values[2], &saves_md5) ||
      !read_saved_md5(env, values[3], &options.md5)) {
    return NULL;
  }
  if (digests & ~digests_available()) {
    refuse(env, "a digest is not available here");
    return NULL;
  }
  options.digests = (unsigned)digests;
  options.saves_md5 = saves_md5;
  uint32_t number = handle->first_free;
  while (number < handle->stream_count && handle->streams[number] != NULL) number++;
  struct stream *stream = NULL;
  if (number < handle->stream_count || grow_streams(handle)) stream = stream_begin(handle->engine, &options);
  if (stream == NULL) {
    napi_throw_error(env, "ENOMEM", "there is no memory for another stream");
    return NULL;
  }
  handle->streams[number] = stream;
  handle->first_free = number + 1;
  return number_value(env, number);
}

// discard(engine, stream)
static napi_value discard(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct handle *handle;
  uint32_t stream;
  if (!read_arguments(env, info, 2, values) || !read_engine(env, values[0], &handle) ||
      !read_stream(env, values[1], handle, &stream)) {
    return NULL;
  }
  stream_discard(forget_stream(handle, stream));
  return NULL;
}

// Jobs

static struct job *free_job(struct handle *handle, uint32_t *slot) {
  if (handle->free_count == 0) return NULL;
  *slot = handle->free_slots[handle->free_count - 1];
  return &handle->jobs[*slot];
}

// Returns the job's number. While there are jobs the process stays alive.
static napi_value submit(napi_env env, struct handle *handle, struct job *job, uint32_t slot) {
  if (handle->free_count == handle->job_count) napi_ref_threadsafe_function(env, handle->notify);
  handle->free_count--;
  engine_submit(handle->engine, job);
  return number_value(env, slot);
}

// update(engine, stream, bytes, fd, directFd, position) → the job's slot, or -1 if all are taken
static napi_value update(napi_env env, napi_callback_info info) {
  napi_value values[6];
  struct handle *handle;
  uint32_t stream, slot;
  const uint8_t *data;
  size_t length;
  int fd, direct_fd;
  int64_t position;
  if (!read_arguments(env, info, 6, values) || !read_engine(env, values[0], &handle) ||
      !read_stream(env, values[1], handle, &stream) || !read_bytes(env, values[2], &data, &length) ||
      !read_descriptor(env, values[3], &fd) || !read_descriptor(env, values[4], &direct_fd) ||
      !read_integer(env, values[5], SAFE_INTEGER_MAX, &position)) {
    return NULL;
  }
  struct job *job = free_job(handle, &slot);
  if (job == NULL) return number_value(env, -1);
  *job = (struct job){.kind = JOB_UPDATE, .fd = fd, .direct_fd = direct_fd, .offset = position, .length = length,
                      .data = data, .stream = handle->streams[stream]};
  return submit(env, handle, job, slot);
}

// The pieces of a list, in memory that the caller frees. Returns 0 with an exception pending.
static int read_pieces(napi_env env, napi_value list, struct iovec **pieces, uint32_t *count, uint64_t *bytes) {
  if (napi_get_array_length(env, list, count) != napi_ok) return refuse(env, "this is not a list");
  struct iovec *result = malloc((*count + 1) * sizeof *result);
  if (result == NULL) return refuse(env, "there is no memory for a list");
  *bytes = 0;
  for (uint32_t i = 0; i < *count; i++) {
    napi_value piece;
    const uint8_t *data;
    if (napi_get_element(env, list, i, &piece) != napi_ok || !read_bytes(env, piece, &data, &result[i].iov_len)) {
      free(result);
      return 0;
    }
    result[i].iov_base = (void *)data;
    *bytes += result[i].iov_len;
  }
  *pieces = result;
  return 1;
}

// The arguments of a job that writes pieces. Returns 0 with an exception pending.
static int read_write(napi_env env, const napi_value *values, struct handle **handle, struct job *job) {
  struct iovec *pieces;
  uint32_t count;
  if (!read_engine(env, values[0], handle) || !read_descriptor(env, values[2], &job->fd) ||
      !read_descriptor(env, values[3], &job->direct_fd) || !read_integer(env, values[4], SAFE_INTEGER_MAX, &job->offset)) {
    return 0;
  }
  if ((*handle)->free_count == 0) return 1;
  if (!read_pieces(env, values[1], &pieces, &count, &job->length)) return 0;
  job->pieces = pieces;
  job->piece_count = count;
  return 1;
}

static napi_value submit_copy(napi_env env, struct handle *handle, const struct job *own) {
  uint32_t slot;
  struct job *job = free_job(handle, &slot);
  if (job == NULL) return number_value(env, -1);
  *job = *own;
  return submit(env, handle, job, slot);
}

// write(engine, pieces, fd, directFd, position) → the job's slot, or -1 if all are taken
static napi_value write_pieces(napi_env env, napi_callback_info info) {
  napi_value values[5];
  struct handle *handle;
  struct job job = {.kind = JOB_WRITE};
  if (!read_arguments(env, info, 5, values) || !read_write(env, values, &handle, &job)) return NULL;
  return submit_copy(env, handle, &job);
}

// append(engine, pieces, fd, directFd, position, syncFailed) → the job's slot, or -1 if all are taken
static napi_value append(napi_env env, napi_callback_info info) {
  napi_value values[6];
  struct handle *handle;
  struct job job = {.kind = JOB_APPEND};
  const uint8_t *failed;
  if (!read_arguments(env, info, 6, values) || !read_exactly(env, values[5], 1, &failed) ||
      !read_write(env, values, &handle, &job)) {
    return NULL;
  }
  job.sync_failed = (uint8_t *)failed;
  return submit_copy(env, handle, &job);
}

static int is_within(uint32_t place, size_t bytes, size_t length) { return place <= length && bytes <= length - place; }

// The bytes whose blanks are filled, and the places of these there: those of `struct seal_places`.
static int read_seal(napi_env env, napi_value bytes, napi_value places, struct seal *seal) {
  const uint8_t *target, *given;
  size_t length;
  if (!read_bytes(env, bytes, &target, &length) || !read_exactly(env, places, sizeof seal->places, &given)) return 0;
  memcpy(&seal->places, given, sizeof seal->places);
  const struct seal_places *at = &seal->places;
  if (!is_within(at->crc64[0], 8, length) || !is_within(at->crc64[1], 8, length) ||
      !is_within(at->md5, MD5_DIGEST_BYTES, length) || !is_within(at->end, 8, length)) {
    return refuse(env, "a blank lies outside of its bytes");
  }
  seal->bytes = (uint8_t *)target;
  return 1;
}

// A stream for one job. Returns 0 with an exception pending.
static int begin_whole(napi_env env, struct handle *handle, int64_t digests, struct job *job) {
  struct stream_options options = {.digests = (unsigned)digests};
  if (digests & ~digests_available()) return refuse(env, "a digest is not available here");
  md5_begin(&options.md5);
  job->stream = stream_begin(handle->engine, &options);
  if (job->stream == NULL) napi_throw_error(env, "ENOMEM", "there is no memory for another stream");
  return job->stream != NULL;
}

// seal(engine, pieces, fd, directFd, position, syncFailed, bytes, digests, footer, places) → the job's slot, or -1 if all are taken
static napi_value seal(napi_env env, napi_callback_info info) {
  napi_value values[10];
  struct handle *handle;
  struct job job = {.kind = JOB_SEAL};
  const uint8_t *failed;
  size_t length;
  int64_t digests;
  if (!read_arguments(env, info, 10, values) || !read_exactly(env, values[5], 1, &failed) ||
      !read_bytes(env, values[6], &job.data, &length) || !read_integer(env, values[7], DIGESTS_ALL, &digests) ||
      !read_seal(env, values[8], values[9], &job.seal) || !read_write(env, values, &handle, &job)) {
    return NULL;
  }
  if (handle->free_count == 0) return number_value(env, -1);
  if (!begin_whole(env, handle, digests, &job)) {
    free((void *)job.pieces);
    return NULL;
  }
  job.sync_failed = (uint8_t *)failed;
  job.image_length = job.length;
  job.length = length;
  return submit_copy(env, handle, &job);
}

// digest(engine, bytes, digests) → the job's slot, or -1 if all are taken
static napi_value digest_bytes(napi_env env, napi_callback_info info) {
  napi_value values[3];
  struct handle *handle;
  int64_t digests;
  struct job job = {.kind = JOB_DIGEST, .fd = -1};
  if (!read_arguments(env, info, 3, values) || !read_engine(env, values[0], &handle) ||
      !read_bytes(env, values[1], &job.data, &job.length) || !read_integer(env, values[2], DIGESTS_ALL, &digests)) {
    return NULL;
  }
  if (handle->free_count == 0) return number_value(env, -1);
  return begin_whole(env, handle, digests, &job) ? submit_copy(env, handle, &job) : NULL;
}

// hold(engine, whether jobs are held until the next call)
static napi_value hold(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct handle *handle;
  bool holding;
  if (read_arguments(env, info, 2, values) && read_engine(env, values[0], &handle) && read_boolean(env, values[1], &holding)) {
    engine_hold(handle->engine, holding);
  }
  return NULL;
}

// openDirect(fd) → a descriptor of the same file for direct writes, or -1; on the calling thread
static napi_value open_direct(napi_env env, napi_callback_info info) {
  napi_value value;
  int fd;
  if (!read_arguments(env, info, 1, &value) || !read_descriptor(env, value, &fd)) return NULL;
  return number_value(env, file_open_direct(fd));
}

// finish(engine, stream) → the job's slot, or -1 if all are taken
static napi_value finish(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct handle *handle;
  uint32_t stream, slot;
  if (!read_arguments(env, info, 2, values) || !read_engine(env, values[0], &handle) ||
      !read_stream(env, values[1], handle, &stream)) {
    return NULL;
  }
  struct job *job = free_job(handle, &slot);
  if (job == NULL) return number_value(env, -1);
  *job = (struct job){.kind = JOB_FINISH, .fd = -1, .stream = forget_stream(handle, stream)};
  return submit(env, handle, job, slot);
}

// Work on files, by the number that JavaScript passes.
static const enum job_kind file_kinds[] = {JOB_ALLOCATE, JOB_PUNCH, JOB_WRITE_BACK};
#define FILE_KIND_COUNT (sizeof file_kinds / sizeof *file_kinds)

// workOnFile(engine, kind, fd, position, length) → the job's slot, or -1 if all are taken
static napi_value work_on_file(napi_env env, napi_callback_info info) {
  napi_value values[5];
  struct handle *handle;
  int64_t kind, fd, position, length;
  uint32_t slot;
  if (!read_arguments(env, info, 5, values) || !read_engine(env, values[0], &handle) ||
      !read_integer(env, values[1], FILE_KIND_COUNT - 1, &kind) || !read_integer(env, values[2], INT32_MAX, &fd) ||
      !read_integer(env, values[3], SAFE_INTEGER_MAX, &position) ||
      !read_integer(env, values[4], SAFE_INTEGER_MAX, &length)) {
    return NULL;
  }
  struct job *job = free_job(handle, &slot);
  if (job == NULL) return number_value(env, -1);
  *job = (struct job){.kind = file_kinds[kind], .fd = (int)fd, .offset = position, .length = (uint64_t)length};
  return submit(env, handle, job, slot);
}

// tryLock(fd) → 0, or an errno; on the calling thread, because it does not wait
static napi_value try_lock(napi_env env, napi_callback_info info) {
  napi_value value;
  int64_t fd;
  if (!read_arguments(env, info, 1, &value) || !read_integer(env, value, INT32_MAX, &fd)) return NULL;
  return number_value(env, file_try_lock((int)fd));
}

// readCached(fd, bytes, position) → the bytes that are cached from there, or -1; on the calling thread, because it does not wait
static napi_value read_cached(napi_env env, napi_callback_info info) {
  napi_value values[3];
  int64_t fd, position;
  const uint8_t *data;
  size_t length;
  if (!read_arguments(env, info, 3, values) || !read_integer(env, values[0], INT32_MAX, &fd) ||
      !read_bytes(env, values[1], &data, &length) || !read_integer(env, values[2], SAFE_INTEGER_MAX, &position)) {
    return NULL;
  }
  return number_value(env, (double)file_read_cached((int)fd, (uint8_t *)data, length, position));
}

// willNeed(fd, position, length): lets the system read a range of a file ahead
static napi_value will_need(napi_env env, napi_callback_info info) {
  napi_value values[3];
  int64_t fd, position, length;
  if (read_arguments(env, info, 3, values) && read_integer(env, values[0], INT32_MAX, &fd) &&
      read_integer(env, values[1], SAFE_INTEGER_MAX, &position) &&
      read_integer(env, values[2], SAFE_INTEGER_MAX - (double)position, &length)) {
    file_will_need((int)fd, position, length);
  }
  return NULL;
}

// offsetInPage(bytes) → their address modulo 4,096
static napi_value offset_in_page(napi_env env, napi_callback_info info) {
  napi_value value;
  const uint8_t *data;
  size_t length;
  if (!read_arguments(env, info, 1, &value) || !read_bytes(env, value, &data, &length)) return NULL;
  return number_value(env, (double)((uintptr_t)data % 4096));
}

// detach(bytes): frees the memory behind bytes, which become empty
static napi_value detach(napi_env env, napi_callback_info info) {
  napi_value value, memory;
  napi_typedarray_type type;
  size_t length;
  if (!read_arguments(env, info, 1, &value)) return NULL;
  if (napi_get_typedarray_info(env, value, &type, &length, NULL, &memory, NULL) != napi_ok ||
      napi_detach_arraybuffer(env, memory) != napi_ok) {
    refuse(env, "this memory cannot be detached");
  }
  return NULL;
}

// Ciphers

static void free_cipher(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  cipher_free(data);
}

static int read_cipher(napi_env env, napi_value value, struct cipher **result) {
  napi_valuetype type;
  bool tagged;
  void *cipher;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
      napi_check_object_type_tag(env, value, &cipher_tag, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &cipher) != napi_ok) {
    return refuse(env, "this is not a cipher");
  }
  *result = cipher;
  return 1;
}

static napi_value fail_cipher(napi_env env) {
  napi_throw_error(env, "EIO", "OpenSSL cannot run the cipher");
  return NULL;
}

// createCipher(kind, encrypts, key, nonce) → a cipher of one text; kinds are those of `enum cipher_kind`
static napi_value create_cipher(napi_env env, napi_callback_info info) {
  napi_value values[4], object;
  int64_t kind;
  bool encrypts;
  const uint8_t *key, *nonce;
  if (!read_arguments(env, info, 4, values) || !read_integer(env, values[0], CIPHER_KINDS - 1, &kind) ||
      !read_boolean(env, values[1], &encrypts) ||
      !read_exactly(env, values[2], cipher_key_bytes((enum cipher_kind)kind), &key) ||
      !read_exactly(env, values[3], CIPHER_NONCE_BYTES, &nonce)) {
    return NULL;
  }
  if (!(ciphers_available() & 1u << kind)) {
    refuse(env, "the cipher is not available here");
    return NULL;
  }
  struct cipher *cipher = cipher_begin((enum cipher_kind)kind, encrypts, key, nonce);
  if (cipher == NULL) return fail_cipher(env);
  if (napi_create_object(env, &object) != napi_ok || napi_type_tag_object(env, object, &cipher_tag) != napi_ok ||
      napi_wrap(env, object, cipher, free_cipher, NULL, NULL) != napi_ok) {
    cipher_free(cipher);
    refuse(env, "the cipher cannot be made");
    return NULL;
  }
  return object;
}

// crypt(engine, cipher, bytes) → the job's slot, or -1 if all are taken
static napi_value crypt_bytes(napi_env env, napi_callback_info info) {
  napi_value values[3];
  struct handle *handle;
  struct cipher *cipher;
  const uint8_t *data;
  size_t length;
  uint32_t slot;
  if (!read_arguments(env, info, 3, values) || !read_engine(env, values[0], &handle) ||
      !read_cipher(env, values[1], &cipher) || !read_bytes(env, values[2], &data, &length)) {
    return NULL;
  }
  struct job *job = free_job(handle, &slot);
  if (job == NULL) return number_value(env, -1);
  *job = (struct job){.kind = JOB_CRYPT, .fd = -1, .length = length, .data = data, .cipher = cipher};
  return submit(env, handle, job, slot);
}

// cryptHere(cipher, bytes), on the calling thread
static napi_value crypt_here(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct cipher *cipher;
  const uint8_t *data;
  size_t length;
  if (!read_arguments(env, info, 2, values) || !read_cipher(env, values[0], &cipher) ||
      !read_bytes(env, values[1], &data, &length)) {
    return NULL;
  }
  return cipher_update(cipher, (uint8_t *)data, length) ? NULL : fail_cipher(env);
}

// cipherTag(cipher, tag): fills the tag of an encrypted text
static napi_value cipher_tag_of(napi_env env, napi_callback_info info) {
  napi_value values[2];
  struct cipher *cipher;
  const uint8_t *tag;
  if (!read_arguments(env, info, 2, values) || !read_cipher(env, values[0], &cipher) ||
      !read_exactly(env, values[1], CIPHER_TAG_BYTES, &tag)) {
    return NULL;
  }
  return cipher_finish(cipher, (uint8_t *)tag) ? NULL : fail_cipher(env);
}

// cipherVerify(cipher, tag) → whether it is the tag of a decrypted text
static napi_value cipher_verify_tag(napi_env env, napi_callback_info info) {
  napi_value values[2], result = NULL;
  struct cipher *cipher;
  const uint8_t *tag;
  if (!read_arguments(env, info, 2, values) || !read_cipher(env, values[0], &cipher) ||
      !read_exactly(env, values[1], CIPHER_TAG_BYTES, &tag)) {
    return NULL;
  }
  napi_get_boolean(env, cipher_verify(cipher, tag), &result);
  return result;
}

// Engines

static void release(struct handle *handle) {
  if (--handle->references > 0) return;
  for (uint32_t slot = 0; handle->jobs != NULL && slot < handle->job_count; slot++) free((void *)handle->jobs[slot].pieces);
  free(handle->jobs);
  free(handle->free_slots);
  free(handle->streams);
  free(handle);
}

static void release_wrapped(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  release(data);
}

static void notify(void *context) {
  struct handle *handle = context;
  // It fails only while the environment shuts down, when nothing waits for it.
  napi_call_threadsafe_function(handle->notify, NULL, napi_tsfn_nonblocking);
}

// Reports all finished jobs to JavaScript in one call.
static void report(napi_env env, napi_value callback, void *context, void *data) {
  (void)data;
  struct handle *handle = context;
  if (env == NULL || handle->engine == NULL) return;
  uint32_t count = 0;
  for (struct job *job; (job = engine_take_done(handle->engine)) != NULL; count++) {
    uint32_t slot = (uint32_t)(job - handle->jobs);
    free((void *)job->pieces);
    job->pieces = NULL;
    struct answer *answer = &handle->answers[count];
    answer->slot = slot;
    answer->error = job->error;
    answer->crc64 = job->crc64;
    if (job->kind == JOB_APPEND) answer->crc64 = job->sync_ns;
    if (job->kind == JOB_FINISH || job->kind == JOB_DIGEST || job->kind == JOB_SEAL) {
      memcpy(answer->md5, job->md5, sizeof answer->md5);
      answer->digests = job->digests;
      answer->md5_saved_bytes = (uint32_t)job->md5_saved_bytes;
      memcpy(answer->md5_saved, job->md5_saved, job->md5_saved_bytes);
      if (job->kind == JOB_SEAL) memcpy(answer->md5_saved, &job->sync_ns, sizeof job->sync_ns);
    }
    handle->free_slots[handle->free_count++] = slot;
  }
  if (count == 0) return;
  if (handle->free_count == handle->job_count) napi_unref_threadsafe_function(env, handle->notify);
  napi_value receiver, argument = number_value(env, count);
  napi_get_undefined(env, &receiver);
  napi_call_function(env, receiver, callback, 1, &argument, NULL);
}

// At the end of a process or worker the threads end before the memory that they read is freed.
static void clean_up(void *data) {
  struct handle *handle = data;
  engine_stop(handle->engine);
  engine_free(handle->engine);
  handle->engine = NULL;
}

// close(engine): only when no job is under way
static napi_value close_engine(napi_env env, napi_callback_info info) {
  napi_value value;
  struct handle *handle;
  if (!read_arguments(env, info, 1, &value) || !read_engine(env, value, &handle)) return NULL;
  if (handle->free_count != handle->job_count) {
    refuse(env, "jobs are under way");
    return NULL;
  }
  napi_remove_env_cleanup_hook(env, clean_up, handle);
  clean_up(handle);
  napi_delete_reference(env, handle->answers_reference);
  napi_release_threadsafe_function(handle->notify, napi_tsfn_abort);
  return NULL;
}

static struct handle *allocate_handle(uint32_t job_count) {
  struct handle *handle = calloc(1, sizeof *handle);
  if (handle == NULL) return NULL;
  handle->references = 1;
  handle->job_count = handle->free_count = job_count;
  handle->jobs = calloc(job_count, sizeof *handle->jobs);
  handle->free_slots = calloc(job_count, sizeof *handle->free_slots);
  if (handle->jobs == NULL || handle->free_slots == NULL) {
    release(handle);
    return NULL;
  }
  for (uint32_t slot = 0; slot < job_count; slot++) handle->free_slots[slot] = slot;
  return handle;
}

// Creates the JavaScript object of an engine and its way back to JavaScript. Returns 0 with an exception pending.
static int expose(napi_env env, struct handle *handle, napi_value callback, napi_value *engine) {
  napi_value answers, name;
  void *memory;
  if (napi_create_object(env, engine) != napi_ok ||
      napi_create_arraybuffer(env, handle->job_count * sizeof(struct answer), &memory, &answers) != napi_ok ||
      napi_set_named_property(env, *engine, "answers", answers) != napi_ok ||
      napi_create_reference(env, answers, 1, &handle->answers_reference) != napi_ok ||
      napi_type_tag_object(env, *engine, &engine_tag) != napi_ok ||
      napi_wrap(env, *engine, handle, release_wrapped, NULL, NULL) != napi_ok) {
    return refuse(env, "the engine cannot be created");
  }
  handle->answers = memory;
  handle->references++;
  if (napi_create_string_utf8(env, "bindery", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, callback, NULL, name, 0, 1, handle, release_wrapped, handle, report,
                                      &handle->notify) != napi_ok) {
    return refuse(env, "the callback is not a function");
  }
  handle->references++;
  napi_unref_threadsafe_function(env, handle->notify);
  return 1;
}

static void start(napi_env env, struct handle *handle, const struct engine_options *options) {
  if (engine_start(options, &handle->engine) == 0) {
    napi_add_env_cleanup_hook(env, clean_up, handle);
  } else {
    napi_release_threadsafe_function(handle->notify, napi_tsfn_abort);
    napi_throw_error(env, "EAGAIN", "the threads cannot be started");
  }
}

// createEngine(jobs, fileThreads, md5Kernel, crcKernel, callback(count)) → the engine, with its `answers`. Kernels are
// indexes into the lists of their names; one past the end of `md5Kernels` means the best for each number of streams.
static napi_value create_engine(napi_env env, napi_callback_info info) {
  napi_value values[5], engine = NULL;
  int64_t jobs, file_threads, md5, crc;
  if (!read_arguments(env, info, 5, values) || !read_integer(env, values[0], JOBS_MAX, &jobs) ||
      !read_integer(env, values[1], FILE_THREADS_MAX, &file_threads) ||
      !read_integer(env, values[2], (double)md5_kernel_count, &md5) ||
      !read_integer(env, values[3], (double)crc_kernel_count - 1, &crc)) {
    return NULL;
  }
  if (jobs == 0 || file_threads == 0) {
    refuse(env, "an engine needs jobs and threads");
    return NULL;
  }
  struct handle *handle = allocate_handle((uint32_t)jobs);
  if (handle == NULL) {
    napi_throw_error(env, "ENOMEM", "there is no memory for an engine");
    return NULL;
  }
  struct engine_options options = {
      .file_threads = (unsigned)file_threads,
      .md5 = (size_t)md5 < md5_kernel_count ? md5_kernels[md5] : NULL,
      .crc = crc_kernels[crc],
      .notify = notify,
      .context = handle,
  };
  if (expose(env, handle, values[4], &engine)) start(env, handle, &options);
  release(handle);
  return engine;
}

// crc(kind, bytes, previous, kernel) → bigint, on the calling thread; kinds are those of `enum crc_kind`
static napi_value crc(napi_env env, napi_callback_info info) {
  napi_value values[4], result = NULL;
  const uint8_t *data;
  size_t length;
  uint64_t previous;
  bool lossless;
  int64_t kind, kernel;
  if (!read_arguments(env, info, 4, values) || !read_integer(env, values[0], CRC_KINDS - 1, &kind) ||
      !read_bytes(env, values[1], &data, &length)) {
    return NULL;
  }
  if (napi_get_value_bigint_uint64(env, values[2], &previous, &lossless) != napi_ok || !lossless) {
    refuse(env, "a checksum is not a bigint of 64 bits");
    return NULL;
  }
  if (!read_integer(env, values[3], (double)crc_kernel_count - 1, &kernel)) return NULL;
  napi_create_bigint_uint64(env, crc_update(crc_kernels[kernel], crc_of((enum crc_kind)kind), previous, data, length),
                            &result);
  return result;
}

// A checksum of all that comes before, and room for the checksums of blocks, or none.
static int read_sums(napi_env env, const napi_value *values, struct file_range *range) {
  bool lossless;
  size_t room;
  const uint8_t *sums;
  if (napi_get_value_bigint_uint64(env, values[0], &range->previous, &lossless) != napi_ok || !lossless) {
    return refuse(env, "a checksum is not a bigint of 64 bits");
  }
  if (!read_bytes(env, values[1], &sums, &room)) return 0;
  const size_t all = range->before + range->length + range->after;
  if (room > 0 && room / 8 < (all + FILE_BLOCK_BYTES - 1) / FILE_BLOCK_BYTES) return refuse(env, "too little room for checksums");
  range->sums = room > 0 ? (uint8_t *)sums : NULL;
  return 1;
}

// readChecked(fd, bytes, position, before, after, previous, sums) → the CRC-64 of `bytes`, which it fills, and its surroundings, or
// undefined if not all of that is cached; on the calling thread
static napi_value read_checked(napi_env env, napi_callback_info info) {
  napi_value values[7], result = NULL;
  const uint8_t *data;
  int64_t fd, before, after;
  uint64_t crc64;
  struct file_range range;
  if (!read_arguments(env, info, 7, values) || !read_integer(env, values[0], INT32_MAX, &fd) ||
      !read_bytes(env, values[1], &data, &range.length) ||
      !read_integer(env, values[2], SAFE_INTEGER_MAX, &range.position) ||
      !read_integer(env, values[3], (double)range.position, &before) ||
      !read_integer(env, values[4], UINT32_MAX, &after)) {
    return NULL;
  }
  range.fd = (int)fd, range.before = (size_t)before, range.after = (size_t)after;
  if (!read_sums(env, values + 5, &range)) return NULL;
  if (file_read_checked(&range, (uint8_t *)data, crc_kernels[crc_kernel_count - 1], &crc64)) {
    napi_create_bigint_uint64(env, crc64, &result);
  }
  return result;
}

// The module

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function) == napi_ok) {
    napi_set_named_property(env, exports, name, function);
  }
}

static void export_name(napi_env env, napi_value list, uint32_t index, const char *name) {
  napi_value value;
  if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &value) == napi_ok) {
    napi_set_element(env, list, index, value);
  }
}

static void export_facts(napi_env env, napi_value exports) {
  napi_value md5, crcs, can, digests, ciphers;
  if (napi_create_array(env, &md5) != napi_ok || napi_create_array(env, &crcs) != napi_ok ||
      napi_create_array(env, &can) != napi_ok || napi_create_uint32(env, digests_available(), &digests) != napi_ok ||
      napi_create_uint32(env, ciphers_available(), &ciphers) != napi_ok) {
    return;
  }
  for (uint32_t i = 0; i < md5_kernel_count; i++) export_name(env, md5, i, md5_kernels[i]->name);
  for (uint32_t i = 0; i < crc_kernel_count; i++) export_name(env, crcs, i, crc_kernels[i]->name);
  for (uint32_t i = 0; i < FILE_KIND_COUNT; i++) {
    napi_value known;
    if (napi_get_boolean(env, engine_can(file_kinds[i]), &known) == napi_ok) napi_set_element(env, can, i, known);
  }
  napi_set_named_property(env, exports, "md5Kernels", md5);
  napi_set_named_property(env, exports, "crcKernels", crcs);
  napi_set_named_property(env, exports, "fileKinds", can);
  napi_set_named_property(env, exports, "digests", digests);
  napi_set_named_property(env, exports, "ciphers", ciphers);
}

NAPI_MODULE_INIT() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, initialize_kernels);
  export_facts(env, exports);
  export_function(env, exports, "crc", crc);
  export_function(env, exports, "createEngine", create_engine);
  export_function(env, exports, "begin", begin);
  export_function(env, exports, "update", update);
  export_function(env, exports, "write", write_pieces);
  export_function(env, exports, "append", append);
  export_function(env, exports, "seal", seal);
  export_function(env, exports, "digest", digest_bytes);
  export_function(env, exports, "hold", hold);
  export_function(env, exports, "openDirect", open_direct);
  export_function(env, exports, "finish", finish);
  export_function(env, exports, "discard", discard);
  export_function(env, exports, "workOnFile", work_on_file);
  export_function(env, exports, "createCipher", create_cipher);
  export_function(env, exports, "crypt", crypt_bytes);
  export_function(env, exports, "cryptHere", crypt_here);
  export_function(env, exports, "cipherTag", cipher_tag_of);
  export_function(env, exports, "cipherVerify", cipher_verify_tag);
  export_function(env, exports, "close", close_engine);
  export_function(env, exports, "tryLock", try_lock);
  export_function(env, exports, "readCached", read_cached);
#if defined(__linux__)
  export_function(env, exports, "willNeed", will_need);
#endif
  export_function(env, exports, "offsetInPage", offset_in_page);
  export_function(env, exports, "detach", detach);
  export_function(env, exports, "readChecked", read_checked);
  export_connections(env, exports);
  export_function(env, exports, "watchFile", watch_file);
  export_function(env, exports, "isCurrent", is_current);
  export_function(env, exports, "mapChunk", map_chunk);
  export_function(env, exports, "trustChunk", trust_chunk);
  export_function(env, exports, "unmapChunk", unmap_chunk);
  export_function(env, exports, "endWatch", end_watch);
  export_function(env, exports, "printRows", print_rows);
  export_function(env, exports, "readRows", read_rows);
  export_function(env, exports, "readLarge", read_large);
  export_function(env, exports, "isCached", is_cached_range);
  if (can_sign_digest()) export_function(env, exports, "signDigest", sign_digest);
  return exports;
}
