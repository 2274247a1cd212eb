// Preloaded into the daemon: faults at the mail log alone, which strace cannot tell from the store's own file.
//   LOG_SHORT=N  the Nth group brings all but its last 512 octets, then the disk is full, once
//   LOG_EIO=N    the Nth read fails, once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int groups, reads, full;

static int is_log(int fd) {
  char link[64], name[512] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, name, sizeof name - 1);
  return length >= 6 && !strcmp(name + length - 6, "-mails");
}

static int wanted(const char *key) {
  const char *value = getenv(key);
  return value ? atoi(value) : 0;
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
  ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
  if (!is_log(fd)) return real(fd, from, count, at);
  if (count == 512 && atomic_exchange(&full, 0)) {
    errno = ENOSPC;
    return -1;
  }
  int is_group = count >= 4096 && !memcmp(from, "PSMLOG01", 8);
  if (!is_group || atomic_fetch_add(&groups, 1) + 1 != wanted("LOG_SHORT")) return real(fd, from, count, at);
  atomic_store(&full, 1);
  return real(fd, from, count - 512, at);
}

ssize_t pread(int fd, void *to, size_t count, off_t at) {
  ssize_t (*real)(int, void *, size_t, off_t) = dlsym(RTLD_NEXT, "pread");
  if (is_log(fd) && atomic_fetch_add(&reads, 1) + 1 == wanted("LOG_EIO")) {
    errno = EIO;
    return -1;
  }
  return real(fd, to, count, at);
}
