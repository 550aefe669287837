// The kernel's limit: one thread, epoll, and for each message one write(2) to each subscriber of its channel; with the
// argument `coalesce` one write for all messages of that channel that came in one turn. It knows just enough WebSocket for
// the bench: masks are zeros, a subscriber's path is its channel, and what a publisher sends is channel and payload.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHANNELS 1000000
#define CHANNEL_LENGTH 6
#define ROOM (1 << 18)

struct conn {
  int fd, length;
  enum { NEW, SUBSCRIBER, PUBLISHER } kind;
  unsigned char *in;
};
struct channel {
  int *fds, count, room;
  unsigned char *pending;
  int length;
};

static struct channel *channels[CHANNELS];
static int dirty[ROOM], dirty_count;
static bool coalesce;

static const char ACCEPTED[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static struct channel *channel_of(const unsigned char *digits) {
  int number = 0;
  for (int i = 0; i < CHANNEL_LENGTH; i++) number = number * 10 + (digits[i] - '0') % 10;
  if (number < 0) number = 0;
  if (!channels[number]) channels[number] = calloc(1, sizeof **channels);
  return channels[number];
}

static void send_all(struct channel *c, const void *bytes, size_t length) {
  for (int i = 0; i < c->count; i++) {
    // Readers here keep up; one that does not would be cut off by a real server.
    if (send(c->fds[i], bytes, length, MSG_NOSIGNAL) != (ssize_t)length) shutdown(c->fds[i], SHUT_RDWR);
  }
}

static void publish(const unsigned char *message, size_t length) {
  struct channel *c = channel_of(message);
  size_t size = length - CHANNEL_LENGTH;
  unsigned char head[4] = {0x81, 126, (unsigned char)(size >> 8), (unsigned char)size};
  size_t head_length = size < 126 ? 2 : 4;
  if (size < 126) head[1] = (unsigned char)size;
  if (!c->pending) c->pending = malloc(ROOM);
  if (c->length + head_length + size > ROOM) {
    send_all(c, c->pending, (size_t)c->length);
    c->length = 0;
  }
  if (coalesce && c->length == 0) {
    int number = 0;
    for (int i = 0; i < CHANNEL_LENGTH; i++) number = number * 10 + (message[i] - '0') % 10;
    dirty[dirty_count++] = number;
  }
  memcpy(c->pending + c->length, head, head_length);
  memcpy(c->pending + c->length + head_length, message + CHANNEL_LENGTH, size);
  c->length += (int)(head_length + size);
  if (coalesce) return;
  send_all(c, c->pending, (size_t)c->length);
  c->length = 0;
}

static void flush(void) {
  for (int i = 0; i < dirty_count; i++) {
    struct channel *c = channels[dirty[i]];
    if (!c) continue;
    send_all(c, c->pending, (size_t)c->length);
    c->length = 0;
  }
  dirty_count = 0;
}

static void enter(struct conn *c) {
  unsigned char *path = memmem(c->in, (size_t)c->length, " /", 2);
  unsigned char *end = memmem(c->in, (size_t)c->length, "\r\n\r\n", 4);
  if (!path || !end) return;
  send(c->fd, ACCEPTED, sizeof ACCEPTED - 1, MSG_NOSIGNAL);
  if (!memcmp(path + 2, "publish", 7)) {
    c->kind = PUBLISHER;
    c->length -= (int)(end + 4 - c->in);
    memmove(c->in, end + 4, (size_t)c->length);
    return;
  }
  c->kind = SUBSCRIBER;
  struct channel *channel = channel_of(path + 2);
  if (channel->count == channel->room) {
    channel->room = channel->room ? channel->room * 2 : 1;
    channel->fds = realloc(channel->fds, (size_t)channel->room * sizeof *channel->fds);
  }
  channel->fds[channel->count++] = c->fd;
  free(c->in);
  c->in = NULL;
  c->length = 0;
}

static void readable(struct conn *c) {
  static unsigned char ignored[4096];
  if (c->kind == SUBSCRIBER) {
    if (recv(c->fd, ignored, sizeof ignored, 0) <= 0 && errno != EAGAIN) close(c->fd);
    return;
  }
  if (!c->in) c->in = malloc(ROOM);
  ssize_t n = recv(c->fd, c->in + c->length, (size_t)(ROOM - c->length), 0);
  if (n <= 0) {
    close(c->fd);
    return;
  }
  c->length += (int)n;
  if (c->kind == NEW) enter(c);
  if (c->kind != PUBLISHER) return;
  int at = 0;
  while (c->length - at >= 8) {
    int size = c->in[at + 2] << 8 | c->in[at + 3];
    if (c->length - at < 8 + size) break;
    publish(c->in + at + 8, (size_t)size);
    at += 8 + size;
  }
  memmove(c->in, c->in + at, (size_t)(c->length -= at));
}

int main(int argc, char **argv) {
  coalesce = argc > 1 && !strcmp(argv[1], "coalesce");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  bind(listener, (struct sockaddr *)&address, sizeof address);
  listen(listener, 4096);
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("port=%d\n", ntohs(address.sin_port));
  fflush(stdout);
  struct epoll_event e = {.events = EPOLLIN}, list[512];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
  for (;;) {
    int n = epoll_wait(epoll, list, 512, -1);
    for (int i = 0; i < n; i++) {
      struct conn *c = list[i].data.ptr;
      if (c) {
        readable(c);
        continue;
      }
      int fd;
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        c = calloc(1, sizeof *c);
        c->fd = fd;
        e = (struct epoll_event){.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
      }
    }
    if (coalesce) flush();
  }
}
