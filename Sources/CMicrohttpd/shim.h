#pragma once
#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/types.h>

// MHD_start_daemon takes its options as a variable argument list, which Swift cannot call.
static inline struct MHD_Daemon *postern_mhd_start(
    int listener, unsigned threads, unsigned connections, size_t memory, unsigned idleSeconds,
    MHD_AccessHandlerCallback handler, MHD_RequestCompletedCallback completed, void *context) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handler, context,
      MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_THREAD_POOL_SIZE, threads,
      MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
      MHD_OPTION_CONNECTION_TIMEOUT, idleSeconds, MHD_OPTION_NOTIFY_COMPLETED, completed, context, MHD_OPTION_END);
}

// The user behind a connection on a Unix socket, unix(7): SO_PEERCRED. Returns 0 when it is known.
static inline int postern_mhd_peer_user(struct MHD_Connection *connection, uid_t *user) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct { pid_t process; uid_t user; gid_t group; } credentials;  // struct ucred
  socklen_t length = sizeof credentials;
  if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length)) return -1;
  *user = credentials.user;
  return 0;
}
