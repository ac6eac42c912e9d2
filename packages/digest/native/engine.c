#include "engine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "append.h"
#include "file-job.h"

// The bytes that a lane takes at a time: few enough that new streams join soon and that hashing finds the bytes in the
// cache, where the checksum left them; enough that a turn costs nothing.
#define TURN_BYTES (16 * 1024)

struct queue {
  struct job_link *first, **end;
};

struct stream {
  struct engine *engine;
  struct md5 md5;
  uint64_t crc64;
  struct digests *digests; // NULL if none are requested
  int saves_md5;
  // Used by the hashing thread: jobs not yet begun, whether one is begun or waits for a lane, and the next stream in
  // line.
  struct queue jobs;
  int busy;
  struct stream *next_ready;
  // Used by the owner.
  unsigned under_way;
  int ended;
  struct stream *next, **link;
};

struct engine {
  struct engine_options options;
  const struct md5_kernel *kernel_for[MD5_LANES_MAX + 1]; // by the number of available streams
  unsigned lanes_max;
  struct stream *streams; // used by the owner
  pthread_t hash_thread, append_thread;
  pthread_t *file_threads;
  unsigned file_threads_started;
  int appends; // whether `append_thread` was started
  int holding; // used by the owner, as the queues of jobs that are held
  struct queue held_hash, held_file, held_append;

  pthread_mutex_t lock; // guards the fields below, and `error` and `parts_left` of jobs
  pthread_cond_t hash_wanted, file_wanted, append_wanted;
  struct queue to_hash, to_file, to_append, done;
  int stopping;
};

static void queue_clear(struct queue *queue) {
  queue->first = NULL;
  queue->end = &queue->first;
}

static void queue_add(struct queue *queue, struct job_link *link) {
  link->next = NULL;
  *queue->end = link;
  queue->end = &link->next;
}

// Moves all of one queue to the end of another. Returns whether it had any.
static int queue_move(struct queue *from, struct queue *to) {
  if (from->first == NULL) return 0;
  *to->end = from->first;
  to->end = from->end;
  queue_clear(from);
  return 1;
}

static struct job *queue_take(struct queue *queue) {
  struct job_link *link = queue->first;
  if (link == NULL) return NULL;
  queue->first = link->next;
  if (queue->first == NULL) queue->end = &queue->first;
  return link->job;
}

// One of a job's parts is finished; from here on the job no longer belongs to the caller.
static void part_done(struct engine *engine, struct job *job, int error) {
  int notify = 0;
  pthread_mutex_lock(&engine->lock);
  if (error != 0) job->error = error;
  if (--job->parts_left == 0) {
    notify = engine->done.first == NULL;
    queue_add(&engine->done, &job->link);
  }
  pthread_mutex_unlock(&engine->lock);
  if (notify) engine->options.notify(engine->options.context);
}

// Writes and syncs for all jobs that have come by then, and again for those that have come meanwhile.
static void *append_main(void *argument) {
  struct engine *engine = argument;
  struct stage stage = {NULL};
  struct job *jobs[APPEND_JOBS_MAX];
  pthread_mutex_lock(&engine->lock);
  while (!engine->stopping) {
    unsigned count = 0;
    while (count < APPEND_JOBS_MAX && (jobs[count] = queue_take(&engine->to_append)) != NULL) count++;
    if (count == 0) {
      pthread_cond_wait(&engine->append_wanted, &engine->lock);
      continue;
    }
    pthread_mutex_unlock(&engine->lock);
    append_all(jobs, count, &stage);
    pthread_mutex_lock(&engine->lock);
    int notify = engine->done.first == NULL;
    for (unsigned i = 0; i < count; i++) queue_add(&engine->done, &jobs[i]->link);
    if (notify) engine->options.notify(engine->options.context);
  }
  pthread_mutex_unlock(&engine->lock);
  free(stage.bytes);
  return NULL;
}

static int crypt_job_run(const struct job *job) {
  return cipher_update(job->cipher, (uint8_t *)job->data, job->length) ? 0 : EIO;
}

// Writes files and encrypts: no other job waits for this work in order.
static void *file_main(void *argument) {
  struct engine *engine = argument;
  struct stage stage = {NULL};
  pthread_mutex_lock(&engine->lock);
  while (!engine->stopping) {
    struct job *job = queue_take(&engine->to_file);
    if (job == NULL) {
      pthread_cond_wait(&engine->file_wanted, &engine->lock);
      continue;
    }
    pthread_mutex_unlock(&engine->lock);
    part_done(engine, job, job->kind == JOB_CRYPT ? crypt_job_run(job) : file_job_run(job, &stage));
    pthread_mutex_lock(&engine->lock);
  }
  pthread_mutex_unlock(&engine->lock);
  free(stage.bytes);
  return NULL;
}

// Used by the hashing thread: the updates under way, one per stream, and the streams that wait for a lane.
struct hasher {
  struct engine *engine;
  struct job *lanes[MD5_LANES_MAX];
  unsigned count;
  struct stream *ready, **ready_end;
  struct queue sealed; // jobs that are hashed, and go on to the appending thread together
  uint64_t power_length, power; // crc_power(8 * power_length), because most updates have the same length
};

static void make_ready(struct hasher *hasher, struct stream *stream) {
  stream->next_ready = NULL;
  *hasher->ready_end = stream;
  hasher->ready_end = &stream->next_ready;
}

static struct stream *take_ready(struct hasher *hasher) {
  struct stream *stream = hasher->ready;
  if (stream == NULL) return NULL;
  hasher->ready = stream->next_ready;
  if (hasher->ready == NULL) hasher->ready_end = &hasher->ready;
  return stream;
}

// Waits until there is something to do, and queues new jobs. Returns 0 when the engine stops.
static int receive(struct hasher *hasher) {
  struct engine *engine = hasher->engine;
  pthread_mutex_lock(&engine->lock);
  while (!engine->stopping && engine->to_hash.first == NULL && hasher->count == 0 && hasher->ready == NULL) {
    pthread_cond_wait(&engine->hash_wanted, &engine->lock);
  }
  int stopping = engine->stopping;
  for (struct job *job; (job = queue_take(&engine->to_hash)) != NULL;) {
    struct stream *stream = job->stream;
    queue_add(&stream->jobs, &job->link);
    if (!stream->busy) make_ready(hasher, stream);
    stream->busy = 1;
  }
  pthread_mutex_unlock(&engine->lock);
  return !stopping;
}

// Returns the job. The owner may release its stream at once, so the stream is advanced before.
static void hashed(struct hasher *hasher, struct job *job, int error) {
  struct stream *stream = job->stream;
  stream->busy = stream->jobs.first != NULL;
  if (stream->busy) make_ready(hasher, stream);
  part_done(hasher->engine, job, error);
}

static int take_digest(struct job *job) {
  struct stream *stream = job->stream;
  if (stream->saves_md5) job->md5_saved_bytes = md5_save(&stream->md5, job->md5_saved);
  md5_finish(&stream->md5, job->md5);
  job->crc64 = stream->crc64;
  return stream->digests == NULL || digests_finish(stream->digests, &job->digests) ? 0 : EIO;
}

static void put_big_endian(uint8_t *bytes, uint64_t number) {
  for (int i = 8; i-- > 0; number >>= 8) bytes[i] = (uint8_t)number;
}

static uint64_t get_big_endian(const uint8_t *bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) number = number << 8 | bytes[i];
  return number;
}

static void fill_blanks(struct hasher *hasher, const struct job *job) {
  const struct seal_places *places = &job->seal.places;
  uint8_t *bytes = job->seal.bytes;
  for (int i = 0; i < 2; i++) put_big_endian(bytes + places->crc64[i], job->crc64);
  memcpy(bytes + places->md5, job->md5, MD5_DIGEST_BYTES);
  const uint64_t start = get_big_endian(bytes + places->end);
  put_big_endian(bytes + places->end, crc_update(hasher->engine->options.crc, crc_of(CRC_64), start, bytes, places->end));
}

// Ends the stream of a job, which is appended next. Without a digest it fails, and nothing is written.
static void seal_job(struct hasher *hasher, struct job *job) {
  int error = take_digest(job);
  if (error != 0) return hashed(hasher, job, error);
  job->stream->busy = 0;
  fill_blanks(hasher, job);
  job->length = job->image_length;
  queue_add(&hasher->sealed, &job->file_link);
}

// All that were hashed in one turn are written together, and share a sync.
static void pass_on(struct hasher *hasher) {
  struct engine *engine = hasher->engine;
  if (hasher->sealed.first == NULL) return;
  pthread_mutex_lock(&engine->lock);
  queue_move(&hasher->sealed, &engine->to_append);
  pthread_cond_signal(&engine->append_wanted);
  pthread_mutex_unlock(&engine->lock);
}

static void checksum(struct hasher *hasher, struct job *job, size_t length) {
  const uint8_t *data = job->data + job->hashed;
  job->crc64 = crc_update(hasher->engine->options.crc, crc_of(CRC_64), job->crc64, data, length);
  if (job->stream->digests != NULL) digests_update(job->stream->digests, data, length);
  job->hashed += length;
}

static void end_update(struct hasher *hasher, struct job *job) {
  struct stream *stream = job->stream;
  size_t rest = job->length - job->hashed;
  md5_keep_rest(&stream->md5, job->data + job->hashed, rest);
  checksum(hasher, job, rest);
  if (hasher->power_length != job->length) {
    hasher->power_length = job->length;
    hasher->power = crc_power(crc_of(CRC_64), 8 * job->length);
  }
  stream->crc64 = crc_combine(crc_of(CRC_64), stream->crc64, job->crc64, hasher->power);
  if (job->kind == JOB_SEAL) seal_job(hasher, job);
  else hashed(hasher, job, job->kind == JOB_DIGEST ? take_digest(job) : 0);
}

static void begin_update(struct hasher *hasher, struct job *job) {
  job->hashed = 0;
  job->crc64 = 0;
  checksum(hasher, job, md5_align(&job->stream->md5, job->data, job->length));
  hasher->lanes[hasher->count++] = job;
}

// Ends the updates that have no whole block left, and gives their lanes to waiting streams.
static void turn_over(struct hasher *hasher) {
  unsigned kept = 0;
  for (unsigned lane = 0; lane < hasher->count; lane++) {
    struct job *job = hasher->lanes[lane];
    if (job->length - job->hashed >= MD5_BLOCK_BYTES) hasher->lanes[kept++] = job;
    else end_update(hasher, job);
  }
  hasher->count = kept;
  while (hasher->count < hasher->engine->lanes_max) {
    struct stream *stream = take_ready(hasher);
    if (stream == NULL) return;
    struct job *job = queue_take(&stream->jobs);
    if (job->kind == JOB_FINISH) hashed(hasher, job, take_digest(job));
    else begin_update(hasher, job);
  }
}

// Hashes as many blocks of each lane as all of them have.
static void take_turn(struct hasher *hasher) {
  const struct md5_kernel *kernel = hasher->engine->kernel_for[hasher->count];
  unsigned count = hasher->count < kernel->lanes ? hasher->count : kernel->lanes;
  struct md5 *streams[MD5_LANES_MAX];
  const uint8_t *data[MD5_LANES_MAX];
  size_t blocks = TURN_BYTES / MD5_BLOCK_BYTES;
  for (unsigned lane = 0; lane < count; lane++) {
    struct job *job = hasher->lanes[lane];
    size_t left = (job->length - job->hashed) / MD5_BLOCK_BYTES;
    if (left < blocks) blocks = left;
    streams[lane] = &job->stream->md5;
    data[lane] = job->data + job->hashed;
  }
  if (blocks == 0) return; // a lane had less than a block, and ends at once
  for (unsigned lane = 0; lane < count; lane++) checksum(hasher, hasher->lanes[lane], blocks * MD5_BLOCK_BYTES);
  md5_take_blocks(kernel, streams, data, count, blocks);
}

static void *hash_main(void *argument) {
  struct hasher hasher = {.engine = argument, .power = crc_power(crc_of(CRC_64), 0)};
  hasher.ready_end = &hasher.ready;
  queue_clear(&hasher.sealed);
  while (receive(&hasher)) {
    turn_over(&hasher);
    pass_on(&hasher);
    if (hasher.count > 0) take_turn(&hasher);
  }
  return NULL;
}

static void choose_kernels(struct engine *engine) {
  for (unsigned streams = 1; streams <= MD5_LANES_MAX; streams++) {
    engine->kernel_for[streams] = engine->options.md5 != NULL ? engine->options.md5 : md5_kernel_for(streams);
    if (engine->kernel_for[streams]->lanes > engine->lanes_max) engine->lanes_max = engine->kernel_for[streams]->lanes;
  }
}

// Signals are handled by other threads.
static int start_threads(struct engine *engine) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&engine->hash_thread, NULL, hash_main, engine);
  int hashing = error == 0;
  if (hashing) error = pthread_create(&engine->append_thread, NULL, append_main, engine);
  engine->appends = hashing && error == 0;
  while (error == 0 && engine->file_threads_started < engine->options.file_threads) {
    error = pthread_create(&engine->file_threads[engine->file_threads_started], NULL, file_main, engine);
    if (error == 0) engine->file_threads_started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0 && hashing) engine_stop(engine);
  return error;
}

int engine_start(const struct engine_options *options, struct engine **result) {
  struct engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) return ENOMEM;
  engine->file_threads = calloc(options->file_threads, sizeof *engine->file_threads);
  engine->options = *options;
  choose_kernels(engine);
  pthread_mutex_init(&engine->lock, NULL);
  pthread_cond_init(&engine->hash_wanted, NULL);
  pthread_cond_init(&engine->file_wanted, NULL);
  pthread_cond_init(&engine->append_wanted, NULL);
  queue_clear(&engine->to_hash);
  queue_clear(&engine->to_file);
  queue_clear(&engine->to_append);
  queue_clear(&engine->done);
  queue_clear(&engine->held_hash);
  queue_clear(&engine->held_file);
  queue_clear(&engine->held_append);
  int error = engine->file_threads == NULL ? ENOMEM : start_threads(engine);
  if (error != 0) engine_free(engine);
  else *result = engine;
  return error;
}

void engine_stop(struct engine *engine) {
  pthread_mutex_lock(&engine->lock);
  engine->stopping = 1;
  pthread_cond_broadcast(&engine->hash_wanted);
  pthread_cond_broadcast(&engine->file_wanted);
  pthread_cond_broadcast(&engine->append_wanted);
  pthread_mutex_unlock(&engine->lock);
  pthread_join(engine->hash_thread, NULL);
  if (engine->appends) pthread_join(engine->append_thread, NULL);
  for (unsigned i = 0; i < engine->file_threads_started; i++) pthread_join(engine->file_threads[i], NULL);
}

static void stream_free(struct stream *stream) {
  *stream->link = stream->next;
  if (stream->next != NULL) stream->next->link = stream->link;
  digests_free(stream->digests);
  free(stream);
}

void engine_free(struct engine *engine) {
  while (engine->streams != NULL) stream_free(engine->streams);
  pthread_cond_destroy(&engine->append_wanted);
  pthread_cond_destroy(&engine->file_wanted);
  pthread_cond_destroy(&engine->hash_wanted);
  pthread_mutex_destroy(&engine->lock);
  free(engine->file_threads);
  free(engine);
}

struct stream *stream_begin(struct engine *engine, const struct stream_options *options) {
  struct stream *stream = calloc(1, sizeof *stream);
  if (stream == NULL) return NULL;
  if (options->digests != 0) {
    stream->digests = digests_begin(options->digests, engine->options.crc);
    if (stream->digests == NULL) {
      free(stream);
      return NULL;
    }
  }
  stream->engine = engine;
  stream->md5 = options->md5;
  stream->saves_md5 = options->saves_md5;
  queue_clear(&stream->jobs);
  stream->next = engine->streams;
  stream->link = &engine->streams;
  if (stream->next != NULL) stream->next->link = &stream->next;
  engine->streams = stream;
  return stream;
}

void stream_discard(struct stream *stream) {
  stream->ended = 1;
  if (stream->under_way == 0) stream_free(stream);
}

// Whether a stream ends with the job.
static int ends_stream(const struct job *job) {
  return job->kind == JOB_FINISH || job->kind == JOB_DIGEST || job->kind == JOB_SEAL;
}

static struct queue *file_queue(struct engine *engine, const struct job *job) {
  if (job->kind == JOB_APPEND) return &engine->to_append;
  if (job->kind == JOB_CRYPT || (job->fd >= 0 && !ends_stream(job))) return &engine->to_file;
  return NULL;
}

// Passes what was held to the threads.
static void let_go(struct engine *engine) {
  const int is_one = engine->held_file.first != NULL && engine->held_file.first->next == NULL;
  pthread_mutex_lock(&engine->lock);
  if (queue_move(&engine->held_hash, &engine->to_hash)) pthread_cond_signal(&engine->hash_wanted);
  if (queue_move(&engine->held_file, &engine->to_file)) {
    (is_one ? pthread_cond_signal : pthread_cond_broadcast)(&engine->file_wanted);
  }
  if (queue_move(&engine->held_append, &engine->to_append)) pthread_cond_signal(&engine->append_wanted);
  pthread_mutex_unlock(&engine->lock);
}

void engine_submit(struct engine *engine, struct job *job) {
  int hash = job->stream != NULL;
  struct queue *file = file_queue(engine, job);
  job->error = 0;
  job->parts_left = hash + (file != NULL);
  job->link.job = job->file_link.job = job;
  if (hash) {
    job->stream->under_way++;
    if (ends_stream(job)) job->stream->ended = 1;
    queue_add(&engine->held_hash, &job->link);
  }
  if (file != NULL) queue_add(file == &engine->to_file ? &engine->held_file : &engine->held_append, &job->file_link);
  if (!engine->holding) let_go(engine);
}

void engine_hold(struct engine *engine, int holding) {
  engine->holding = holding;
  if (!holding) let_go(engine);
}

struct job *engine_take_done(struct engine *engine) {
  pthread_mutex_lock(&engine->lock);
  struct job *job = queue_take(&engine->done);
  pthread_mutex_unlock(&engine->lock);
  if (job == NULL || job->stream == NULL) return job;
  struct stream *stream = job->stream;
  if (--stream->under_way == 0 && stream->ended) stream_free(stream);
  return job;
}
