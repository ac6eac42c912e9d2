// Connections as their two halves see them: `connections.c`, which has them and receives, and `connections-send.c`.
#pragma once

#include "connections.h"
#include "outgoing.h"
#include "sender.h"

struct connection {
  int fd; // -1: the number is free
  uint32_t next;
  uint8_t paused, ended, broken;
  uint8_t *target; // where bytes go, if not into the arena
  size_t target_bytes;
  uint8_t awaits_room; // in the socket, for `out`
  uint8_t is_given;    // what was in `out` is with the sender
  struct outgoing out; // what the kernel did not take yet
};

// A short answer that waits for others, with its bytes in `queued`.
struct short_answer {
  uint32_t connection;
  uint32_t start, length;
};

struct connections {
  int epoll_fd;
  int notified_fd; // an eventfd, for the sender
  struct sender *sender; // since it was first needed
  int has_no_sender;
  unsigned given_count;  // connections of which the sender has something
  unsigned ready_count; // that were ready in the last batch
  struct short_answer queue[QUEUE_MAX];
  unsigned queue_count;
  size_t queued_bytes;
  uint8_t queued[QUEUE_MAX * SHORT_BYTES_MAX];
  struct report *reports;
  uint8_t *arena;
  struct connection *all;
  uint32_t count;
  uint32_t first_free, first_dropped; // lists; what is dropped becomes free when its batch was handled
  int gathering;
  int ready_max; // how many connections are served next
  int brings_bodies; // what came last was mostly requests with bodies
  unsigned report_count;
  size_t arena_used;
};

// Watches for what the connection waits for, and shows what there is already.
void connection_arm(struct connections *set, uint32_t number);
void connection_note(struct connections *set, uint32_t number, enum report_kind kind, size_t start, size_t length);
void connection_note_broken(struct connections *set, uint32_t number, int error);

// Takes back what the sender has of a connection.
void connection_withdraw(struct connections *set, uint32_t number);
// Sends more of a connection whose socket has room.
void connection_send_more(struct connections *set, uint32_t number);
// Notes what the sender has sent.
void connections_take_sent(struct connections *set);
