#pragma once
#include <errno.h>
#include <iconv.h>
#include <malloc.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

// What Swift does not import: enumerators used as flags, and what glibc declares under _GNU_SOURCE only. That macro must
// not be set here: types such as fd_set would differ from those of Swift's Glibc module.

// Of an enumeration that other C modules declare as well, so that Swift does not find it under this one.
static const int postern_stream_socket = SOCK_STREAM;

extern int accept4(int listener, struct sockaddr *peer, socklen_t *length, int flags);
extern int syncfs(int descriptor);
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline int postern_keep_free_memory(int bytes) { return mallopt(M_TRIM_THRESHOLD, bytes); }

static inline int postern_accept(int listener, struct sockaddr *peer, socklen_t *length) {
  return accept4(listener, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int postern_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

static inline int postern_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int postern_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

static inline int postern_epoll_remove(int epoll, int descriptor) {
  struct epoll_event event = {0};
  return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event);
}

// struct epoll_event is packed on x86-64, so its token is read here and not through a Swift pointer.
static inline uint64_t postern_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t postern_epoll_flags(const struct epoll_event *event) { return event->events; }

static const uint32_t POSTERN_READABLE = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
static const uint32_t POSTERN_WRITABLE = EPOLLOUT | EPOLLHUP | EPOLLERR;
static const uint32_t POSTERN_EDGES = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
static const uint32_t POSTERN_IN = EPOLLIN;
static const uint32_t POSTERN_OUT = EPOLLOUT;
static const uint32_t POSTERN_ENDED = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
static const uint32_t POSTERN_BROKEN = EPOLLERR | EPOLLHUP;

static inline int postern_name_thread(pthread_t thread, const char *name) { return pthread_setname_np(thread, name); }

static inline int postern_peer_user(int descriptor, uid_t *user) {
  struct { pid_t process; uid_t user; gid_t group; } credentials;  // struct ucred, unix(7)
  socklen_t length = sizeof credentials;
  int failed = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
  if (!failed) *user = credentials.user;
  return failed;
}
