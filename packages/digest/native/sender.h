// A thread that sends the larger bodies of a set of connections, so that the thread of JavaScript goes on with requests meanwhile. Linux only.
//
// All functions are called by the thread of JavaScript. What is to be sent belongs to the sender from `sender_give` until it is taken or
// withdrawn: until then the socket stays open, the caller's bytes stay as they are, and nothing else is sent on the socket.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "outgoing.h"

struct sender;

struct sent {
  uint32_t connection;
  // As the socket took them, with what it did not take.
  struct outgoing out;
  int is_pass;
  int error; // 0 or a positive errno
  enum watch_passing passing; // of a pass
};

// Starts a thread that notifies a descriptor of events when something was sent. NULL without memory or threads.
struct sender *sender_start(int notified);

// Ends the thread. What it still had is forgotten.
void sender_stop(struct sender *sender);

// Gives what is to be sent on a connection that has nothing else with the sender. Returns 0 without memory: then it stays the caller's.
int sender_give(struct sender *sender, uint32_t connection, int socket, const struct outgoing *out);

// Takes what was sent, at most `most`, into `sent`. Returns the number. What remains is notified again.
unsigned sender_take(struct sender *sender, struct sent *sent, unsigned most);

// Takes back what a connection has with the sender, sent or not. Waits while the sender is busy with it: for as long as one step takes. Returns 0 if there is nothing.
int sender_withdraw(struct sender *sender, uint32_t connection, struct outgoing *out);

// The bytes of a connection that are left: of head and body, and of a watched file.
uint64_t sender_unsent(struct sender *sender, uint32_t connection, uint64_t *unpassed);
