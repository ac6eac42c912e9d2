// Connections that the addon owns: it receives and sends on their descriptors itself, many in one turn of the event loop, and
// reports what came in batches. Linux only.
//
// All functions belong to one thread. Connections have numbers, which are free again behind the report in which JavaScript drops
// them, so that no report of a batch can mean another connection.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Bytes received at a time where nothing more was requested: a head, and a small body behind it.
#define PIECE_BYTES (16u << 10)
// Connections that are served at a time.
#define READY_MAX 64
// The same behind a batch of requests that mostly brought small bodies. They are written, which takes longer, so that others in the event loop, such as the
// commit of earlier ones, have their turn in between.
#define READY_MAX_OF_WRITES 16
// The same behind a batch of larger bodies: the first are hashed and stored while the next are received.
#define READY_MAX_OF_PARTS 8
// A head alone is shorter.
#define BODY_PIECE_MIN 2048
// Each has at most this many reports in a batch.
#define REPORTS_EACH 3
// Reports of what the sender has sent.
#define SENT_MAX 64
#define REPORTS_MAX (READY_MAX * REPORTS_EACH + SENT_MAX)
#define ARENA_BYTES (READY_MAX * PIECE_BYTES)

// A head with a body of at most 16 KiB is short, and leaves together with others.
#define SHORT_BYTES_MAX (20u << 10)
#define QUEUE_MAX 32

enum report_kind {
  REPORT_CAME,   // bytes came: `start` and `length` in the arena
  REPORT_PLACED, // `length` bytes came where `connections_receive` wanted them
  REPORT_SENT,   // the kernel has everything that was to be sent
  REPORT_ENDED,  // the other side sends nothing more
  REPORT_BROKEN, // nothing can be received or sent any more; `length` is an errno
  REPORT_PASSED, // of what was to be passed `length` bytes are left, for the reason `start`, a `watch_passing`
};

struct report {
  int32_t connection, kind, start, length;
};

// Bytes that `connections_pass` takes.
#define PASSED_BYTES_MAX (16u << 20)
// A body of at least so many bytes is sent by a thread of its own, if there are others.
#define GIVEN_BYTES_MIN (256u << 10)

struct connections;
struct body_hash;
struct watch;

// Returns an errno, or 0 and an empty set of connections. Reports go to `reports` and bytes to `arena`, which stay the caller's.
int connections_open(struct report *reports, uint8_t *arena, struct connections **result);

// Closes all connections, and frees the set.
void connections_close(struct connections *set);

// A descriptor that is readable when there is something to gather.
int connections_descriptor(const struct connections *set);

// Takes a duplicate of a socket. Returns the number of the connection, or a negative errno.
int connections_adopt(struct connections *set, int fd);

// Whether there is a connection of this number.
int connections_has(const struct connections *set, uint32_t number);

// Gives the socket back, as if it had never been adopted.
int connections_release(struct connections *set, uint32_t number);

// Closes the connection. Returns as `connections_unpassed`.
uint64_t connections_drop(struct connections *set, uint32_t number);

// Serves the connections that are ready. Returns the number of reports, and whether there may be more at once.
unsigned connections_gather(struct connections *set, int *more);

// Hashes the small bodies of the batch: one entry of `hashes` for each report.
void connections_hash_bodies(const struct connections *set, struct body_hash *hashes);

// To be called when the reports of a batch were handled.
void connections_gathered(struct connections *set);

// Receives into `bytes`, now and until they are full, and then pauses; with no bytes it pauses at once. Returns what came at once, 0 if nothing did
// yet, -1 at the end, or another negative errno. What comes later is reported.
int64_t connections_receive(struct connections *set, uint32_t number, uint8_t *bytes, size_t length);

// Stops receiving, or continues.
void connections_pause(struct connections *set, uint32_t number, int paused);

// The outcomes of `connections_send`.
enum send_outcome {
  SEND_DONE,    // the kernel has all of it
  SEND_FOLLOWS, // the rest follows, and its end is reported
  SEND_BUSY,    // it cannot be sent before the rest of another answer, whose end is reported
  SEND_QUEUED,  // it is short, and was copied: it leaves with other short ones, at the latest behind the batch, or by `connections_flush`
};

// Sends a head, and a body that the caller keeps until it is sent. Returns an outcome, or a negative errno.
int connections_send(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, const uint8_t *body,
                     size_t body_bytes);

// Sends a head, and behind it bytes of a watched file, at most PASSED_BYTES_MAX, while nothing else that was to be passed follows. Returns a `watch_passing`, of which PASS_FOLLOWS means
// that the rest follows, and its end is reported, or a negative errno.
int connections_pass(struct connections *set, uint32_t number, const uint8_t *head, size_t head_bytes, struct watch *watch,
                     uint64_t position, uint64_t length);

// The number of those that were last to be passed and were not.
uint64_t connections_unpassed(const struct connections *set, uint32_t number);

// Sends the short answers that wait. Sent one right after the other they wake a client once, and not each for itself.
void connections_flush(struct connections *set);

// Bytes that still follow, without those that are passed.
size_t connections_unsent(struct connections *set, uint32_t number);

// Stops sending the bytes that still follow. Returns their number.
size_t connections_withdraw(struct connections *set, uint32_t number);

// Copies these bytes.
void connections_copy_unsent(const struct connections *set, uint32_t number, uint8_t *bytes);

// Sends an end behind what was sent.
void connections_shut(struct connections *set, uint32_t number);
