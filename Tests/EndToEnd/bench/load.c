// A pipelining, keep-alive load generator: SESSIONS connections, each with one mail under way. What ends a mail and what begins the
// next leave in one write (RFC 2920 section 3.1), so that one write and one read a mail are all it costs here.
//   load PORT SESSIONS MAILS SIZE   ->   one line of JSON
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct session {
  int socket, expected;  // replies that are still to come for what was sent
  int isMailOut;         // whether the first of them answers a final dot
  double dotAt;
  char line[1024];
  int length;
};

static const char *envelope = "MAIL FROM:<app@client.test>\r\nRCPT TO:<someone@world.test>\r\nDATA\r\n";
static struct session *sessions;
static char *mail;  // text, final dot, and the envelope of the next
static int textLength, mailLength, wanted, begun, done;
static double *waits;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void give_up(const char *why) {
  fprintf(stderr, "load: %s\n", why);
  exit(1);
}

static void say(struct session *session, const char *bytes, int count, int replies) {
  session->expected = replies;
  while (count > 0) {
    ssize_t sent = send(session->socket, bytes, count, MSG_NOSIGNAL);
    if (sent < 0) give_up("the server closed a connection");
    bytes += sent;
    count -= sent;
  }
}

// The envelope is taken: the text goes, and the envelope of the next mail with it unless this is the last.
static void go_on(struct session *session) {
  int isLast = ++begun + 1 > wanted;
  session->isMailOut = 1;
  session->dotAt = now();
  say(session, mail, isLast ? textLength : mailLength, isLast ? 1 : 4);
}

static void line(struct session *session) {
  char *text = session->line;
  if (text[3] == '-') return;
  if (text[0] != '2' && text[0] != '3') give_up(text);
  session->expected--;
  if (session->isMailOut) {
    session->isMailOut = 0;
    waits[done++] = now() - session->dotAt;
  }
  if (session->expected == 0 && text[0] == '3' && begun < wanted) go_on(session);
}

static int by_size(const void *one, const void *other) {
  double difference = *(const double *)one - *(const double *)other;
  return (difference > 0) - (difference < 0);
}

static void read_replies(struct session *session) {
  char bytes[16384];
  ssize_t count = recv(session->socket, bytes, sizeof bytes, 0);
  if (count <= 0) give_up("the server closed a connection");
  for (ssize_t index = 0; index < count; index++) {
    if (bytes[index] == '\n') {
      session->line[session->length] = 0;
      session->length = 0;
      line(session);
    } else if (session->length < (int)sizeof session->line - 1) {
      session->line[session->length++] = bytes[index];
    }
  }
}

static void make_mail(int size) {
  mail = malloc(size + 1024);
  int at = sprintf(mail, "From: <app@client.test>\r\nTo: <someone@world.test>\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000 (UTC)\r\n"
                         "Message-Id: <load@client.test>\r\nSubject: load\r\n\r\n");
  while (at < size - 80) {
    memset(mail + at, 'x', 78);
    at += 78;
    at += sprintf(mail + at, "\r\n");
  }
  at += sprintf(mail + at, ".\r\n");
  textLength = at;
  at += sprintf(mail + at, "%s", envelope);
  mailLength = at;
}

int main(int count, char **words) {
  if (count != 5) give_up("usage: load PORT SESSIONS MAILS SIZE");
  int number = atoi(words[2]);
  wanted = atoi(words[3]);
  make_mail(atoi(words[4]));
  waits = calloc(wanted + number, sizeof *waits);
  sessions = calloc(number, sizeof *sessions);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int epoll = epoll_create1(0), on = 1;
  for (int index = 0; index < number; index++) {
    struct session *session = sessions + index;
    session->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(session->socket, (struct sockaddr *)&address, sizeof address)) give_up("cannot connect");
    setsockopt(session->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char greeting[1024];
    if (recv(session->socket, greeting, sizeof greeting, 0) <= 0) give_up("no greeting");
    say(session, "HELO client.test\r\n", 18, 1);
    if (recv(session->socket, greeting, sizeof greeting, 0) <= 0) give_up("no answer to HELO");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};
    epoll_ctl(epoll, EPOLL_CTL_ADD, session->socket, &event);
  }
  double start = now();
  for (int index = 0; index < number; index++) say(sessions + index, envelope, strlen(envelope), 3);
  while (done < wanted) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 60000);
    if (ready <= 0) give_up("the server is silent");
    for (int index = 0; index < ready; index++) read_replies(events[index].data.ptr);
  }
  double seconds = now() - start;
  qsort(waits, done, sizeof *waits, by_size);
  printf("{\"mails\": %d, \"seconds\": %.3f, \"rate\": %.0f, \"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f}\n", done, seconds, done / seconds,
         waits[done / 2] * 1e3, waits[(int)(done * 0.99)] * 1e3, waits[done - 1] * 1e3);
  return 0;
}
