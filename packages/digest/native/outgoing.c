#if defined(__linux__)

#include "outgoing.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

void outgoing_clear_bytes(struct outgoing *out) {
  free(out->head);
  out->head = NULL;
  out->body = NULL;
  out->head_start = out->head_bytes = out->body_bytes = 0;
}

void outgoing_clear(struct outgoing *out) {
  outgoing_clear_bytes(out);
  if (out->watch != NULL) watch_end(out->watch);
  out->watch = NULL;
}

int outgoing_send_bytes(struct outgoing *out, int socket, int flags) {
  while (outgoing_has_bytes(out)) {
    struct iovec pieces[2];
    struct msghdr message = {.msg_iov = pieces};
    if (out->head_bytes > 0) pieces[message.msg_iovlen++] = (struct iovec){out->head + out->head_start, out->head_bytes};
    if (out->body_bytes > 0) pieces[message.msg_iovlen++] = (struct iovec){(void *)out->body, out->body_bytes};
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? STEP_FULL : -errno;
    size_t of_head = (size_t)sent < out->head_bytes ? (size_t)sent : out->head_bytes;
    out->head_start += of_head;
    out->head_bytes -= of_head;
    out->body += (size_t)sent - of_head;
    out->body_bytes -= (size_t)sent - of_head;
  }
  return STEP_DONE;
}

// Has the socket keep what fills no segment, or send it. MSG_MORE does not do it: when the other side acknowledges something, the rest is sent as it is.
static void cork(struct outgoing *out, int socket, int corks) {
  if (out->is_corked == corks) return;
  if (setsockopt(socket, IPPROTO_TCP, TCP_CORK, &corks, sizeof corks) == 0) out->is_corked = corks;
}

enum outgoing_step outgoing_pass(struct outgoing *out, int socket, enum watch_passing *passing) {
  const uint64_t left = out->unpassed, step = left < PASSED_AT_ONCE ? left : PASSED_AT_ONCE;
  uint64_t passed = 0;
  // in the one step of a short pass, the calls cost more than the segments
  if (step < left) cork(out, socket, 1);
  *passing = watch_pass(out->watch, socket, out->position, step, step < left, &passed);
  out->position += passed;
  out->unpassed -= passed;
  if (*passing == PASS_FOLLOWS) return STEP_FULL;
  if (*passing == PASS_DONE && out->unpassed > 0) return STEP_MORE;
  watch_end(out->watch);
  out->watch = NULL;
  cork(out, socket, 0);
  return STEP_DONE;
}

#endif
