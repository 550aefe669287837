// The load generator: subscribers and publishers of one server, in one thread, cheaper than any server.
//
// It speaks no protocol. What to send is given as templates; of what comes only the headers of frames are walked, and each
// event is read at two fixed places: its number (did each subscriber get each message, once and in order?) and its time.
// Commands come on stdin, one a line, and each is answered by one line; load.ts is the same for machines without a compiler,
// and generator.ts says what the commands are.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "histogram.h"
#include "template.h"

#define MAX_STEPS 8
/** Messages that may be under way at once; more than any row asks for. */
#define WINDOW 65536
/** Without any progress for so long, what is missing counts as lost. */
#define PATIENCE_NS 5000000000ull
/** With nothing for so long, it sleeps: more is not to be expected at once. */
#define AWAKE_NS 100000000ull
#define BUFFER (1 << 18)
#define LINE (1 << 20)

enum framing { WS, SSE, HTTP };

struct step {
  struct template send;
  struct template expect;
};
struct conn {
  int fd, index, step;
  bool publisher, ready, stalled, http_done, waiting;
  uint32_t next; // the number of the message it has to get next
  uint64_t asked;
  unsigned char *in, *out;
  size_t in_length, in_room, out_length, out_room, body;
};

static int epoll, port;
static enum framing sub_framing = WS, pub_framing = WS;
static struct step sub_steps[MAX_STEPS], pub_steps[MAX_STEPS];
static int sub_step_count, pub_step_count;
static struct template message, success;
static struct conn *subs, *pubs;
static int sub_count, pub_count, channels = 1;
static int *expected; // subscribers of each channel
static uint32_t remaining[WINDOW], number;
static uint64_t sent_at[WINDOW];
static uint64_t outstanding, completed, deliveries, lost, extra, closed, errors, storm_events, in_bytes;
static uint64_t progress, began;
static int opened, failed;
static bool requesting, request_more;
static size_t event_at, event_stride; // where the last event was: the next one is most likely there too
static char fault[200];
static unsigned char buffer[BUFFER];

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void set_fault(const char *text, size_t length) {
  if (fault[0]) return;
  if (length > sizeof fault - 1) length = sizeof fault - 1;
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '\r' || text[i] == '\n') break;
    fault[i] = (text[i] >= ' ' && text[i] < 127 && text[i] != '"') ? text[i] : '.';
  }
}

static void append(unsigned char **to, size_t *length, size_t *room, const void *bytes, size_t count) {
  if (*length + count > *room) {
    *room = (*length + count) * 2;
    *to = realloc(*to, *room);
  }
  memcpy(*to + *length, bytes, count);
  *length += count;
}

static void watch(struct conn *c, uint32_t events) {
  struct epoll_event e = {.events = events, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void drop(struct conn *c) {
  if (c->fd < 0) return;
  // A reset leaves no TIME_WAIT behind, of which tens of thousands would use up the ports.
  struct linger hard = {1, 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(c->fd);
  c->fd = -1;
  free(c->in), free(c->out);
  c->in = c->out = NULL;
  c->in_length = c->in_room = c->out_length = c->out_room = 0;
}

static void gone(struct conn *c, const char *why) {
  set_fault(why, strlen(why));
  if (c->ready) closed++;
  else failed++;
  drop(c);
}

static void flush(struct conn *c) {
  size_t done = 0;
  while (c->fd >= 0 && done < c->out_length) {
    ssize_t n = send(c->fd, c->out + done, c->out_length - done, MSG_NOSIGNAL);
    if (n > 0) done += (size_t)n;
    else if (n < 0 && errno == EAGAIN) {
      memmove(c->out, c->out + done, c->out_length -= done);
      watch(c, EPOLLIN | EPOLLOUT);
      return;
    } else {
      gone(c, "a connection broke while it was written to");
      return;
    }
  }
  c->out_length = 0;
}

static void put(struct conn *c, const void *bytes, size_t count) { append(&c->out, &c->out_length, &c->out_room, bytes, count); }

static void put_template(struct conn *c, struct template *t, int channel, uint64_t time) {
  static unsigned char filled[LINE / 2];
  template_fill(t, filled, channel, c->index, time, number);
  put(c, filled, t->length);
}

static void request(struct conn *c) {
  c->asked = now();
  c->waiting = true;
  put_template(c, &message, (int)(number % (uint32_t)channels), c->asked);
  number++;
  flush(c);
}

static void next_step(struct conn *c) {
  struct step *steps = c->publisher ? pub_steps : sub_steps;
  int count = c->publisher ? pub_step_count : sub_step_count;
  // A step that expects nothing is done once it is sent.
  for (; c->step < count; c->step++) {
    put_template(c, &steps[c->step].send, c->index % channels, 0);
    if (steps[c->step].expect.length > 0) break;
  }
  if (c->step == count) {
    c->ready = true;
    opened++;
    progress = now();
    histogram_add(progress - began);
  }
  flush(c);
}

static bool contains(const unsigned char *in, size_t length, struct template *t) { return memmem(in, length, t->bytes, t->length); }

/** While a connection opens: whether this is what its step waits for. */
static void opening(struct conn *c, const unsigned char *in, size_t length) {
  for (const unsigned char *at = in; (at = memmem(at, length - (size_t)(at - in), MARKER, MARKER_LENGTH)); at++) storm_events++;
  struct step *step = &(c->publisher ? pub_steps : sub_steps)[c->step];
  if (contains(in, length, &step->expect)) {
    c->step++;
    next_step(c);
  }
}

static void settle(uint32_t n) {
  if (remaining[n % WINDOW] > 0 && --remaining[n % WINDOW] == 0) {
    outstanding--;
    completed++;
  }
}

static void deliver(struct conn *c, uint32_t n, uint64_t time, uint64_t at) {
  if ((int32_t)(n - c->next) < 0) {
    extra++;
    return;
  }
  for (; c->next != n; c->next += (uint32_t)channels) {
    if ((int32_t)(n - c->next) < 0) {
      extra++; // of a channel that it does not follow
      c->next = n;
      break;
    }
    lost++;
    settle(c->next);
  }
  c->next = n + (uint32_t)channels;
  deliveries++;
  progress = at;
  histogram_add(at - time);
  settle(n);
}

/** Finds the events in what one frame or line carries. */
static void events(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  size_t place = event_at;
  if (place + PAYLOAD_LENGTH > length || memcmp(in + place, MARKER, MARKER_LENGTH)) {
    const unsigned char *found = memmem(in, length, MARKER, MARKER_LENGTH);
    if (!found) return;
    event_at = place = (size_t)(found - in);
  }
  for (;;) {
    if (place + PAYLOAD_LENGTH > length) return;
    deliver(c, (uint32_t)read_hex(in + place + NUMBER_AT, 8), read_hex(in + place + TIME_AT, 16), at);
    // Some servers put many messages into one frame.
    size_t next = place + event_stride;
    if (event_stride && next + PAYLOAD_LENGTH <= length && !memcmp(in + next, MARKER, MARKER_LENGTH)) {
      place = next;
      continue;
    }
    size_t rest = place + PAYLOAD_LENGTH;
    if (length - rest < PAYLOAD_LENGTH) return;
    const unsigned char *found = memmem(in + rest, length - rest, MARKER, MARKER_LENGTH);
    if (!found) return;
    event_stride = (size_t)(found - in) - place;
    place = (size_t)(found - in);
  }
}

static void answered(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  if (!requesting || !c->waiting) return;
  c->waiting = false;
  progress = at;
  if (contains(in, length, &success)) {
    completed++;
    histogram_add(at - c->asked);
  } else {
    errors++;
    set_fault((const char *)in, length);
  }
  outstanding--;
  if (request_more) {
    outstanding++;
    request(c);
  }
}

/** A whole frame. */
static void frame(struct conn *c, int first, const unsigned char *in, size_t length, uint64_t at) {
  int opcode = first & 15;
  if (opcode == 9) {
    unsigned char head[6] = {0x8a, (unsigned char)(0x80 | length)};
    put(c, head, 6);
    put(c, in, length);
    flush(c);
  } else if (opcode == 8) {
    gone(c, "the server closed a connection");
  } else if (length == 1 && in[0] == '2' && opcode == 1) {
    put(c, "\x81\x81\0\0\0\0003", 7); // Engine.IO's ping and pong
    flush(c);
  } else if (length == 2 && !memcmp(in, "{}", 2)) {
    put(c, "\x81\x82\0\0\0\0{}", 8); // Centrifugo's
    flush(c);
  } else if (opcode > 2) {
    return;
  } else if (!c->ready && first & 0x40) {
    c->step++; // compressed: whatever it says, it is an answer
    next_step(c);
  } else if (!c->ready) {
    opening(c, in, length);
  } else if (c->publisher) {
    answered(c, in, length, at);
  } else if (first & 0x40) {
    // Compressed: its content cannot be read, but it is the next one.
    deliver(c, c->next, sent_at[c->next % WINDOW], at);
  } else {
    events(c, in, length, at);
  }
}

/** Each of these takes what is whole, and returns how many bytes it took. */
static size_t take_head(struct conn *c, const unsigned char *in, size_t length) {
  const unsigned char *end = memmem(in, length, "\r\n\r\n", 4);
  if (!end) return 0;
  bool good = length > 12 && in[9] == (sub_framing == WS || c->publisher ? '1' : '2');
  if (!good) {
    gone(c, (const char *)in);
    return 0;
  }
  c->http_done = true;
  size_t taken = (size_t)(end - in) + 4;
  opening(c, in, taken);
  return taken;
}

static size_t take_frames(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  size_t done = 0;
  while (c->fd >= 0 && length - done >= 2) {
    const unsigned char *f = in + done;
    size_t head = 2, size = f[1] & 127;
    if (size == 126) {
      if (length - done < 4) break;
      size = (size_t)f[2] << 8 | f[3];
      head = 4;
    } else if (size == 127) {
      if (length - done < 10) break;
      size = 0;
      for (int i = 2; i < 10; i++) size = size << 8 | f[i];
      head = 10;
    }
    if (length - done < head + size) break;
    done += head + size;
    frame(c, f[0], f + head, size, at);
  }
  return done;
}

static size_t take_lines(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  size_t done = 0;
  const unsigned char *end;
  while (c->fd >= 0 && (end = memchr(in + done, '\n', length - done))) {
    size_t size = (size_t)(end - in) - done;
    const unsigned char *line = in + done;
    done += size + 1;
    if (!c->ready) opening(c, line, size);
    else if (size >= PAYLOAD_LENGTH) events(c, line, size, at);
  }
  return done;
}

static size_t take_responses(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  size_t done = 0;
  const unsigned char *end;
  while (c->fd >= 0 && (end = memmem(in + done, length - done, "\r\n\r\n", 4))) {
    const unsigned char *head = in + done;
    size_t head_length = (size_t)(end - head) + 4, body = 0;
    for (const unsigned char *at_line = head; at_line < end; at_line++)
      if (at_line[-1 + (at_line == head)] == '\n' && !strncasecmp((const char *)at_line, "content-length:", 15))
        body = strtoul((const char *)at_line + 15, NULL, 10);
    if (length - done < head_length + body) break;
    done += head_length + body;
    if (head[9] == '2' && requesting) answered(c, head, head_length + body, at);
    else if (head[9] != '2') {
      set_fault((const char *)head, head_length);
      if (requesting) answered(c, (const unsigned char *)"", 0, at);
      else errors++;
    }
  }
  return done;
}

static size_t take(struct conn *c, const unsigned char *in, size_t length, uint64_t at) {
  enum framing framing = c->publisher ? pub_framing : sub_framing;
  size_t done = 0;
  if (framing == HTTP) return take_responses(c, in, length, at);
  if (!c->http_done) done = take_head(c, in, length);
  if (c->fd < 0 || !c->http_done) return done;
  return done + (framing == WS ? take_frames : take_lines)(c, in + done, length - done, at);
}

static void readable(struct conn *c) {
  if (c->in_length > 0 && c->in_length < BUFFER / 2) memcpy(buffer, c->in, c->in_length);
  if (c->in_length >= BUFFER / 2) {
    // Something larger than the shared buffer, such as a whole past: gathered on its own.
    ssize_t n = recv(c->fd, buffer, BUFFER, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return gone(c, "the server ended a connection");
    in_bytes += (uint64_t)n;
    append(&c->in, &c->in_length, &c->in_room, buffer, (size_t)n);
    size_t done = take(c, c->in, c->in_length, now());
    if (c->fd >= 0) memmove(c->in, c->in + done, c->in_length -= done);
    return;
  }
  ssize_t n = recv(c->fd, buffer + c->in_length, BUFFER - c->in_length, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return gone(c, n ? "the server reset a connection" : "the server ended a connection");
  uint64_t at = now();
  in_bytes += (uint64_t)n;
  size_t length = c->in_length + (size_t)n;
  size_t done = take(c, buffer, length, at);
  if (c->fd < 0) return;
  c->in_length = 0;
  if (done < length) append(&c->in, &c->in_length, &c->in_room, buffer + done, length - done);
}

static bool commanded;
static long cores;

/** Handles what has come within so many milliseconds, and says how many connections had something. */
static int pump(int timeout) {
  static struct epoll_event list[512];
  int n = epoll_wait(epoll, list, 512, timeout);
  for (int i = 0; i < n; i++) {
    struct conn *c = list[i].data.ptr;
    if (!c) {
      if (list[i].events & (EPOLLHUP | EPOLLERR)) exit(0);
      commanded = true;
      continue;
    }
    if (c->fd < 0) continue;
    if (list[i].events & EPOLLOUT) {
      watch(c, EPOLLIN);
      if (c->step < 0) {
        c->step = 0;
        next_step(c);
      } else flush(c);
    }
    if (c->fd >= 0 && list[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
  }
  return n;
}

/** Nanoseconds of this measurement in which there was nothing to do. */
static uint64_t idle;

/**
 * As pump, for a measurement: with a core of its own it does not sleep while anything comes. Whoever wakes a sleeping process on the same machine
 * does that in its own time, and the slower a server is, the more often this would sleep; over a network nobody has to.
 */
static void watch_for(int timeout) {
  static uint64_t empty_until;
  uint64_t since = empty_until > 0 ? empty_until : now();
  empty_until = 0;
  if (cores < 2 || since - progress > AWAKE_NS) pump(timeout);
  else if (pump(0) == 0) {
    empty_until = now();
    idle += empty_until - since;
  }
}

static void open_one(struct conn *c, int index, bool publisher) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  *c = (struct conn){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .index = index, .step = -1, .publisher = publisher};
  int yes = 1;
  if (c->fd < 0 || (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS)) {
    gone(c, strerror(errno));
    return;
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}

/** Opens so many, at most `at_once` under way, and waits until each is ready or has failed. */
static void open_all(struct conn *list, int count, int at_once, bool publisher) {
  opened = failed = 0;
  storm_events = 0;
  fault[0] = 0;
  histogram_reset();
  began = progress = now();
  for (int started = 0; opened + failed < count;) {
    while (started < count && started - opened - failed < at_once) open_one(&list[started], started, publisher), started++;
    pump(100);
    if (now() - progress > 2 * PATIENCE_NS) {
      set_fault("no answer while connecting", 26);
      break;
    }
  }
}

static void report_times(void) {
  printf(" idle=%.6f p50=%llu p99=%llu max=%llu", (double)idle / 1e9, (unsigned long long)histogram_quantile(0.5), (unsigned long long)histogram_quantile(0.99), (unsigned long long)greatest);
}

static void publish(void) {
  int channel = (int)(number % (uint32_t)channels);
  struct conn *c = &pubs[number % (uint32_t)pub_count];
  uint64_t at = now();
  sent_at[number % WINDOW] = at;
  remaining[number % WINDOW] = (uint32_t)expected[channel];
  if (expected[channel] > 0) outstanding++;
  if (c->fd >= 0) put_template(c, &message, channel, at);
  number++;
}

static void flush_publishers(void) {
  for (int i = 0; i < pub_count; i++)
    if (pubs[i].out_length > 0) flush(&pubs[i]);
}

/** Begins a measurement: every subscriber waits for the next message of its channel. */
static void begin(void) {
  uint32_t c = (uint32_t)channels;
  number = (number + c - 1) / c * c;
  for (int i = 0; i < sub_count; i++) subs[i].next = number + (uint32_t)(i % channels);
  memset(remaining, 0, sizeof remaining);
  outstanding = completed = deliveries = lost = extra = closed = errors = in_bytes = idle = 0;
  fault[0] = 0;
  event_at = event_stride = 0;
  histogram_reset();
  began = progress = now();
}

static void end(uint32_t first, uint64_t finished) {
  // What never came, of those that are still there and of those that are not.
  for (int i = 0; i < sub_count; i++)
    if (!subs[i].stalled)
      for (uint32_t n = subs[i].next; (int32_t)(number - n) > 0; n += (uint32_t)channels) lost++;
  printf("ok messages=%u deliveries=%llu seconds=%.6f lost=%llu extra=%llu closed=%llu errors=%llu bytes=%llu", number - first, (unsigned long long)deliveries,
         (double)(finished - began) / 1e9, (unsigned long long)lost, (unsigned long long)extra, (unsigned long long)closed, (unsigned long long)errors,
         (unsigned long long)in_bytes);
  report_times();
  printf(" fault=\"%s\"\n", fault);
}

/** Keeps `in_flight` messages under way, or sends `rate` a second, for so long; then waits for what is missing. */
static void run(uint64_t in_flight, double rate, double seconds) {
  begin();
  uint32_t first = number;
  uint64_t until = began + (uint64_t)(seconds * 1e9), due = began, finished = began;
  for (;;) {
    uint64_t at = now();
    if (at >= until && outstanding == 0) break;
    if (at - progress > PATIENCE_NS) break;
    int timeout = 100;
    if (at < until && rate > 0) {
      for (; due <= at; due += (uint64_t)(1e9 / rate)) publish();
      timeout = (int)((due - at) / 1000000) + 1;
    } else if (at < until) {
      while (outstanding < in_flight) publish();
    }
    flush_publishers();
    watch_for(timeout);
    if (deliveries > 0) finished = progress;
  }
  end(first, finished);
}

/** Each publisher sends one message, waits for its answer and sends the next. */
static void ask(double seconds) {
  begin();
  uint64_t until = began + (uint64_t)(seconds * 1e9);
  requesting = request_more = true;
  for (int i = 0; i < pub_count; i++) {
    if (pubs[i].fd < 0) continue;
    outstanding++;
    request(&pubs[i]);
  }
  while (outstanding > 0) {
    uint64_t at = now();
    if (at >= until) request_more = false;
    if (at - progress > PATIENCE_NS) break;
    watch_for(100);
  }
  requesting = false;
  printf("ok answers=%llu seconds=%.6f lost=%llu closed=%llu errors=%llu", (unsigned long long)completed, (double)(progress - began) / 1e9,
         (unsigned long long)outstanding, (unsigned long long)closed, (unsigned long long)errors);
  report_times();
  printf(" fault=\"%s\"\n", fault);
}

static void close_all(struct conn *list, int count) {
  for (int i = 0; i < count; i++) drop(&list[i]);
  free(list);
}

static enum framing framing_of(const char *name) { return !strcmp(name, "sse") ? SSE : !strcmp(name, "http") ? HTTP : WS; }

static void command(char *line) {
  char *save, *words[5] = {"", "", "", "", ""};
  int count = 0;
  for (char *w = strtok_r(line, " \n", &save); w && count < 5; w = strtok_r(NULL, " \n", &save)) words[count++] = w;
  char *name = words[0];
  if (!strcmp(name, "port")) port = atoi(words[1]);
  else if (!strcmp(name, "reset")) sub_step_count = pub_step_count = 0;
  else if (!strcmp(name, "framing")) sub_framing = framing_of(words[1]), pub_framing = framing_of(words[2]);
  else if (!strcmp(name, "subscriber")) sub_steps[sub_step_count++] = (struct step){template_read(words[1]), template_read(words[2])};
  else if (!strcmp(name, "publisher")) pub_steps[pub_step_count++] = (struct step){template_read(words[1]), template_read(words[2])};
  else if (!strcmp(name, "message")) message = template_read(words[1]), success = template_read(words[2]);
  else if (!strcmp(name, "connect")) {
    close_all(subs, sub_count);
    sub_count = atoi(words[1]), channels = atoi(words[2]);
    subs = calloc((size_t)sub_count + 1, sizeof *subs);
    expected = realloc(expected, (size_t)channels * sizeof *expected);
    memset(expected, 0, (size_t)channels * sizeof *expected);
    for (int i = 0; i < sub_count; i++) expected[i % channels]++;
    open_all(subs, sub_count, atoi(words[3]), false);
    printf("ok connected=%d failed=%d seconds=%.6f events=%llu", opened, failed, (double)(now() - began) / 1e9, (unsigned long long)storm_events);
    report_times();
    printf(" fault=\"%s\"\n", fault);
    return;
  } else if (!strcmp(name, "publishers")) {
    close_all(pubs, pub_count);
    pub_count = atoi(words[1]);
    pubs = calloc((size_t)pub_count + 1, sizeof *pubs);
    open_all(pubs, pub_count, pub_count, true);
    printf("ok connected=%d failed=%d fault=\"%s\"\n", opened, failed, fault);
    return;
  } else if (!strcmp(name, "run")) return run(strtoull(words[1], NULL, 10), 0, atof(words[2]));
  else if (!strcmp(name, "pace")) return run(0, atof(words[1]), atof(words[2]));
  else if (!strcmp(name, "ask")) return ask(atof(words[1]));
  else if (!strcmp(name, "stall")) {
    for (int i = sub_count - atoi(words[1]); i < sub_count; i++) {
      subs[i].stalled = true;
      expected[i % channels]--;
      epoll_ctl(epoll, EPOLL_CTL_DEL, subs[i].fd, NULL);
    }
  } else if (!strcmp(name, "drop")) {
    close_all(subs, sub_count);
    subs = NULL, sub_count = 0;
  } else if (!strcmp(name, "quit")) exit(0);
  else {
    printf("error unknown command\n");
    return;
  }
  printf("ok\n");
}

int main(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  cores = sysconf(_SC_NPROCESSORS_ONLN);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &in);
  static char line[LINE];
  for (;;) {
    commanded = false;
    while (!commanded) pump(1000);
    if (!fgets(line, sizeof line, stdin)) return 0;
    command(line);
  }
}
