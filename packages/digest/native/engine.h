// Hashes and writes on threads of its own: one that hashes several streams at once, and some that write to files.
//
// E1  One thread, the owner's, calls the functions below; `notify` alone is called on another.
// E2  The jobs of one stream are hashed in the order of `engine_submit`; files are written in any order.
// E3  The bytes of a job stay where they are, unchanged, until `engine_take_done` has returned the job or `engine_stop` has returned.
// E4  Every submitted job is returned by `engine_take_done` exactly once, unless the engine is stopped before.
// E5  Nothing is allocated for a job: who submits one keeps it until it is returned.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "crc.h"
#include "digests.h"
#include "md5.h"

struct engine;
struct stream;

enum job_kind {
  JOB_UPDATE,     // hash `data`, and write them to `fd` unless it is negative
  JOB_FINISH,     // the digest of the stream, which ends with it
  JOB_ALLOCATE,   // reserve space for `length` bytes from `offset`; the file's size stays
  JOB_PUNCH,      // give that space back; it reads as zeros, the file's size stays
  JOB_WRITE_BACK, // begin to write to the disk what was written there, without waiting for it
};

struct job;

struct job_link {
  struct job *job;
  struct job_link *next;
};

struct job {
  enum job_kind kind;
  int fd;
  int64_t offset;
  uint64_t length;
  const uint8_t *data;
  struct stream *stream; // none for work on files alone

  // The answers.
  int error;             // an errno, or 0
  uint64_t crc64;        // of an update's bytes alone; of the whole stream for JOB_FINISH
  uint8_t md5[MD5_DIGEST_BYTES];
  struct digest_values digests;
  size_t md5_saved_bytes; // 0 unless the stream is to be continued by another
  uint8_t md5_saved[MD5_SAVED_BYTES_MAX];

  // The engine's.
  uint64_t hashed;       // bytes of `data`
  int parts_left;        // hashing and writing go on side by side
  struct job_link link, file_link;
};

struct engine_options {
  unsigned file_threads;             // at least 1
  const struct md5_kernel *md5;      // the only one to use, or NULL for the best for each number of streams
  const struct crc_kernel *crc;
  void (*notify)(void *context);     // there are jobs to take; not repeated before they were taken
  void *context;
};

// Starts the threads. Returns 0 and the engine, or an errno.
int engine_start(const struct engine_options *options, struct engine **engine);

// Ends the threads, after what each is doing at this moment. Jobs that are not done are forgotten.
void engine_stop(struct engine *engine);

// Releases what a stopped engine holds, its streams too, and leaves it unusable.
void engine_free(struct engine *engine);

struct stream_options {
  unsigned digests;      // those wanted beside MD5 and CRC-64, all of them available
  int saves_md5;         // whether JOB_FINISH also says how to continue its MD5
  struct md5 md5;        // what its MD5 continues
};

// A new stream, or NULL for want of memory.
struct stream *stream_begin(struct engine *engine, const struct stream_options *options);

// The stream ends without a digest: nothing more is submitted for it, and it goes when the jobs under way are done.
void stream_discard(struct stream *stream);

void engine_submit(struct engine *engine, struct job *job);

// The job that was done first of those not yet taken, or NULL.
struct job *engine_take_done(struct engine *engine);

// Which kinds of work on files this system knows.
int engine_can(enum job_kind kind);
