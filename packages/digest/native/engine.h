// Hashes and writes on its own threads: one that hashes several streams at once, and some that write to files.
//
// E1  One thread, the owner, calls the functions below; only `notify` is called on another.
// E2  The jobs of one stream are hashed in the order of `engine_submit`; files are written in any order.
// E3  The bytes of a job must not move or change until `engine_take_done` has returned the job or `engine_stop` has
//     returned.
// E4  Every submitted job is returned by `engine_take_done` exactly once, unless the engine is stopped before.
// E5  The engine allocates nothing for a job: the caller that submits one keeps it, and its list of pieces, until it is
//     returned.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "cipher.h"
#include "crc.h"
#include "digests.h"
#include "md5.h"

struct engine;
struct stream;

enum job_kind {
  JOB_UPDATE,     // hash `data`, and write them to `fd` unless it is negative
  JOB_WRITE,      // write `pieces`, one after the other
  JOB_APPEND,     // the same, and make them and all earlier writes to the file durable, with one sync for those that wait
  JOB_FINISH,     // the digest of the stream, which ends with it
  JOB_DIGEST,     // both: hash `data`, and end the stream with its digest
  JOB_SEAL,       // the same, then fill the blanks of `seal` with the digest, and then append as JOB_APPEND
  JOB_ALLOCATE,   // reserve space for `length` bytes from `offset`; the file's size stays
  JOB_PUNCH,      // release that space; it reads as zeros, and the file's size stays
  JOB_WRITE_BACK, // start writing that range to the disk, without waiting for it
  JOB_CRYPT,      // encrypt or decrypt `data` in place; submitted when the previous job of its cipher is done
};

struct job;

struct job_link {
  struct job *job;
  struct job_link *next;
};

// What the digest of a job's `data` is filled into: bytes among its pieces that describe `data`. Numbers are big-endian. The caller has
// checked that all places lie within.
struct seal {
  uint8_t *bytes;
  struct seal_places {
    uint32_t crc64[2]; // twice the CRC-64
    uint32_t md5;
    uint32_t end;      // the CRC-64 of everything before it, which continues the CRC-64 that lies there at first
  } places;
};

struct job {
  enum job_kind kind;
  int fd;
  int64_t offset;
  uint64_t length;
  const uint8_t *data;
  const struct iovec *pieces; // of JOB_WRITE, JOB_APPEND and JOB_SEAL, with `length` bytes in total; of JOB_SEAL with `image_length`
  size_t piece_count;
  uint64_t image_length;      // of JOB_SEAL; `length` counts `data`, and becomes this when they are hashed
  struct seal seal;           // of JOB_SEAL
  uint8_t *sync_failed;       // of JOB_APPEND and JOB_SEAL: set when a sync of the file fails; from then on nothing becomes durable
  int direct_fd;              // of the same file as `fd`, for whole pages that bypass the page cache; or -1
  struct cipher *cipher; // of JOB_CRYPT
  struct stream *stream; // NULL for work on files only

  // The results.
  int error;             // an errno, or 0
  uint64_t sync_ns;      // of JOB_APPEND and JOB_SEAL: how long the sync took, for one of the jobs that shared it
  uint64_t crc64;        // of the bytes of an update; of the whole stream where it has ended
  uint8_t md5[MD5_DIGEST_BYTES];
  struct digest_values digests;
  size_t md5_saved_bytes; // 0 unless another stream is to continue it
  uint8_t md5_saved[MD5_SAVED_BYTES_MAX];

  // Used by the engine.
  uint64_t hashed;       // bytes of `data`
  int parts_left;        // hashing and writing run in parallel
  struct job_link link, file_link;
};

struct engine_options {
  unsigned file_threads;             // at least 1
  const struct md5_kernel *md5;      // the only kernel to use, or NULL for the best for each number of streams
  const struct crc_kernel *crc;
  void (*notify)(void *context);     // there are finished jobs; not repeated before they were taken
  void *context;
};

// Starts the threads. Returns 0 and the engine, or an errno.
int engine_start(const struct engine_options *options, struct engine **engine);

// Ends the threads, after what each is doing at this moment. Unfinished jobs are dropped.
void engine_stop(struct engine *engine);

// Releases everything that a stopped engine holds, including its streams, and leaves it unusable.
void engine_free(struct engine *engine);

struct stream_options {
  unsigned digests;      // requested besides MD5 and CRC-64, all of them available
  int saves_md5;         // whether JOB_FINISH also returns the state of its MD5
  struct md5 md5;        // the state that its MD5 continues
};

// A new stream, or NULL if out of memory.
struct stream *stream_begin(struct engine *engine, const struct stream_options *options);

// Ends the stream without a digest: nothing more is submitted for it, and it is freed when the jobs under way are
// finished.
void stream_discard(struct stream *stream);

void engine_submit(struct engine *engine, struct job *job);

// Holds the jobs that are submitted from now on, or passes those that were held to the threads: one wake-up for all of them, and a hash thread that
// begins with all of their streams.
void engine_hold(struct engine *engine, int holding);

// The first finished job that was not yet taken, or NULL.
struct job *engine_take_done(struct engine *engine);

// Whether this system supports a kind of work on files.
int engine_can(enum job_kind kind);
