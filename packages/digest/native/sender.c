#if defined(__linux__)

#define _GNU_SOURCE // for pthread_setname_np

#include "sender.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 64
// Steps between two looks at events.
#define STEPS_MAX 4

// Where a job is. A socket that is full is watched by the thread's epoll.
enum place { IN_LINE, AT_WORK, FULL, SENT, WITHDRAWN };

struct job {
  struct job *next, *previous;
  uint32_t connection;
  int socket;
  enum place place;
  int is_watched; // by epoll
  struct sent sent;
  uint64_t unsent, unpassed; // as of its last step
};

struct list {
  struct job *first, *last;
};

struct sender {
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t stepped; // the step of a job has ended
  int epoll_fd, wake_fd, notified_fd;
  // Below here, guarded by the mutex.
  struct list line, full, sent;
  // Jobs that an event may still name, until the thread gathers events again.
  struct list withdrawn;
  struct job *at_work;
  int sleeps, stops, has_notified;
  // By number of the connection, for those whose job is not taken.
  struct job **jobs;
  uint32_t count;
};

static void append(struct list *list, struct job *job) {
  job->next = NULL;
  job->previous = list->last;
  if (list->last != NULL) list->last->next = job;
  else list->first = job;
  list->last = job;
}

static void detach(struct list *list, struct job *job) {
  if (job->previous != NULL) job->previous->next = job->next;
  else list->first = job->next;
  if (job->next != NULL) job->next->previous = job->previous;
  else list->last = job->previous;
}

static void free_all(struct list *list, int clears) {
  for (struct job *job = list->first, *next; job != NULL; job = next) {
    next = job->next;
    if (clears) outgoing_clear(&job->sent.out);
    free(job);
  }
  list->first = list->last = NULL;
}

static void notify(int fd) {
  const uint64_t one = 1;
  // fails only if very many notices are unread
  if (write(fd, &one, sizeof one) < 0) return;
}

// One step of a job, without the lock. Returns where the job goes.
static enum place step(struct job *job) {
  struct outgoing *out = &job->sent.out;
  if (outgoing_has_bytes(out)) {
    const int outcome = outgoing_send_bytes(out, job->socket, out->watch != NULL ? MSG_MORE : 0);
    if (outcome == STEP_FULL) return FULL;
    if (outcome < 0) job->sent.error = -outcome;
    if (outcome < 0 || out->watch == NULL) return SENT;
  }
  switch (outgoing_pass(out, job->socket, &job->sent.passing)) {
    case STEP_FULL: return FULL;
    case STEP_MORE: return IN_LINE;
    default: return SENT;
  }
}

// Watches a socket that is full. Edges: it stays watched until its job has ended.
static int await_room(struct sender *sender, struct job *job) {
  if (job->is_watched) return 1;
  struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.ptr = job};
  job->is_watched = epoll_ctl(sender->epoll_fd, EPOLL_CTL_ADD, job->socket, &event) == 0;
  return job->is_watched;
}

static void unwatch(struct sender *sender, struct job *job) {
  if (job->is_watched) epoll_ctl(sender->epoll_fd, EPOLL_CTL_DEL, job->socket, NULL);
  job->is_watched = 0;
}

static void work(struct sender *sender, struct job *job) {
  detach(&sender->line, job);
  job->place = AT_WORK;
  sender->at_work = job;
  pthread_mutex_unlock(&sender->mutex);
  enum place place = step(job);
  if (place == FULL && !await_room(sender, job)) {
    job->sent.error = ENOMEM;
    place = SENT;
  }
  if (place == SENT) unwatch(sender, job);
  pthread_mutex_lock(&sender->mutex);
  sender->at_work = NULL;
  job->place = place;
  job->unsent = job->sent.out.head_bytes + job->sent.out.body_bytes;
  job->unpassed = job->sent.out.unpassed;
  append(place == IN_LINE ? &sender->line : place == FULL ? &sender->full : &sender->sent, job);
  pthread_cond_signal(&sender->stepped);
}

// Waits for events, with the lock. A job that has room again gets into the line.
static void gather(struct sender *sender) {
  struct epoll_event events[EVENTS_MAX];
  free_all(&sender->withdrawn, 0);
  sender->sleeps = sender->line.first == NULL && !sender->stops;
  const int timeout = sender->sleeps ? -1 : 0;
  const int notifies = sender->sent.first != NULL && !sender->has_notified;
  sender->has_notified |= notifies;
  pthread_mutex_unlock(&sender->mutex);
  if (notifies) notify(sender->notified_fd);
  const int count = epoll_wait(sender->epoll_fd, events, EVENTS_MAX, timeout);
  pthread_mutex_lock(&sender->mutex);
  sender->sleeps = 0;
  for (int i = 0; i < count; i++) {
    struct job *job = events[i].data.ptr;
    if (job == NULL || job->place != FULL) continue;
    detach(&sender->full, job);
    job->place = IN_LINE;
    append(&sender->line, job);
  }
}

static void *run(void *data) {
  struct sender *sender = data;
  pthread_mutex_lock(&sender->mutex);
  while (!sender->stops) {
    for (int steps = 0; steps < STEPS_MAX && sender->line.first != NULL; steps++) work(sender, sender->line.first);
    gather(sender);
  }
  pthread_mutex_unlock(&sender->mutex);
  watch_close_pipe();
  return NULL;
}

static int start_thread(struct sender *sender) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&sender->thread, NULL, run, sender);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error == 0) pthread_setname_np(sender->thread, "sender");
  return error == 0;
}

struct sender *sender_start(int notified) {
  struct sender *sender = calloc(1, sizeof *sender);
  if (sender == NULL) return NULL;
  sender->notified_fd = notified;
  sender->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  sender->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
  pthread_mutex_init(&sender->mutex, NULL);
  pthread_cond_init(&sender->stepped, NULL);
  if (sender->epoll_fd >= 0 && sender->wake_fd >= 0 &&
      epoll_ctl(sender->epoll_fd, EPOLL_CTL_ADD, sender->wake_fd, &event) == 0 && start_thread(sender)) {
    return sender;
  }
  if (sender->epoll_fd >= 0) close(sender->epoll_fd);
  if (sender->wake_fd >= 0) close(sender->wake_fd);
  free(sender);
  return NULL;
}

void sender_stop(struct sender *sender) {
  pthread_mutex_lock(&sender->mutex);
  sender->stops = 1;
  pthread_mutex_unlock(&sender->mutex);
  notify(sender->wake_fd);
  pthread_join(sender->thread, NULL);
  free_all(&sender->line, 1), free_all(&sender->full, 1), free_all(&sender->sent, 1), free_all(&sender->withdrawn, 0);
  close(sender->epoll_fd), close(sender->wake_fd);
  pthread_cond_destroy(&sender->stepped);
  pthread_mutex_destroy(&sender->mutex);
  free(sender->jobs);
  free(sender);
}

// Makes room for the job of a connection, with the lock.
static int has_place(struct sender *sender, uint32_t connection) {
  if (connection < sender->count) return 1;
  const uint32_t count = connection * 2 + 64;
  struct job **jobs = realloc(sender->jobs, count * sizeof *jobs);
  if (jobs == NULL) return 0;
  for (uint32_t i = sender->count; i < count; i++) jobs[i] = NULL;
  sender->jobs = jobs, sender->count = count;
  return 1;
}

int sender_give(struct sender *sender, uint32_t connection, int socket, const struct outgoing *out) {
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) return 0;
  job->connection = connection;
  job->socket = socket;
  job->place = IN_LINE;
  job->sent = (struct sent){.connection = connection, .out = *out, .is_pass = out->watch != NULL};
  job->unsent = out->head_bytes + out->body_bytes;
  job->unpassed = out->unpassed;
  pthread_mutex_lock(&sender->mutex);
  const int has = has_place(sender, connection);
  const int wakes = has && sender->sleeps;
  if (has) {
    sender->jobs[connection] = job;
    append(&sender->line, job);
    sender->sleeps = 0;
  }
  pthread_mutex_unlock(&sender->mutex);
  if (!has) free(job);
  if (wakes) notify(sender->wake_fd);
  return has;
}

unsigned sender_take(struct sender *sender, struct sent *sent, unsigned most) {
  unsigned count = 0;
  pthread_mutex_lock(&sender->mutex);
  while (count < most && sender->sent.first != NULL) {
    struct job *job = sender->sent.first;
    detach(&sender->sent, job);
    sender->jobs[job->connection] = NULL;
    sent[count++] = job->sent;
    // an event that was gathered before may name it
    job->place = WITHDRAWN;
    append(&sender->withdrawn, job);
  }
  const int notifies = sender->sent.first != NULL;
  sender->has_notified = notifies;
  pthread_mutex_unlock(&sender->mutex);
  if (notifies) notify(sender->notified_fd);
  return count;
}

int sender_withdraw(struct sender *sender, uint32_t connection, struct outgoing *out) {
  pthread_mutex_lock(&sender->mutex);
  struct job *job = connection < sender->count ? sender->jobs[connection] : NULL;
  while (job != NULL && sender->at_work == job) pthread_cond_wait(&sender->stepped, &sender->mutex);
  if (job != NULL) {
    detach(job->place == IN_LINE ? &sender->line : job->place == FULL ? &sender->full : &sender->sent, job);
    unwatch(sender, job);
    sender->jobs[connection] = NULL;
    *out = job->sent.out;
    job->place = WITHDRAWN;
    append(&sender->withdrawn, job);
  }
  pthread_mutex_unlock(&sender->mutex);
  return job != NULL;
}

uint64_t sender_unsent(struct sender *sender, uint32_t connection, uint64_t *unpassed) {
  pthread_mutex_lock(&sender->mutex);
  const struct job *job = connection < sender->count ? sender->jobs[connection] : NULL;
  const uint64_t unsent = job == NULL ? 0 : job->unsent;
  *unpassed = job == NULL ? 0 : job->unpassed;
  pthread_mutex_unlock(&sender->mutex);
  return unsent;
}

#endif
