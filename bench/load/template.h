// Bytes to send, with places that are filled in: CCCCCC the channel, SSSSSS the subscriber (decimal),
// TTTTTTTTTTTTTTTT the time of sending in nanoseconds, NNNNNNNN the message's number (hexadecimal).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLACES 1024

struct place {
  size_t at;
  char kind;
};
struct template {
  unsigned char *bytes;
  size_t length;
  struct place places[MAX_PLACES];
  int count;
};

/** What a TTTT… place is preceded by in every payload; it is how an event is found in what a server sends. */
#define MARKER "{\"t\":\""
#define MARKER_LENGTH 6
/** From the marker: the time, and the number after `","n":"`. */
#define TIME_AT 6
#define NUMBER_AT 29
#define PAYLOAD_LENGTH 128

static int place_length(char kind) { return kind == 'T' ? 16 : kind == 'N' ? 8 : 6; }

static int hex_value(int c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static uint64_t read_hex(const unsigned char *from, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits; i++) value = value << 4 | (uint64_t)hex_value(from[i]);
  return value;
}

static void write_digits(unsigned char *to, uint64_t value, int digits, int base) {
  for (int i = digits - 1; i >= 0; i--, value /= base) to[i] = "0123456789abcdef"[value % base];
}

/** Reads hexadecimal text; "-" is nothing. */
static struct template template_read(const char *hex) {
  struct template t = {0};
  size_t digits = strcmp(hex, "-") ? strlen(hex) : 0;
  t.length = digits / 2;
  t.bytes = malloc(t.length + 1);
  for (size_t i = 0; i < t.length; i++) t.bytes[i] = (unsigned char)read_hex((const unsigned char *)hex + 2 * i, 2);
  t.bytes[t.length] = 0;
  for (size_t i = 0; i < t.length; i++) {
    char kind = (char)t.bytes[i];
    if (!kind || !strchr("CSTN", kind)) continue;
    size_t run = 1;
    while (i + run < t.length && t.bytes[i + run] == (unsigned char)kind) run++;
    if (run == (size_t)place_length(kind)) {
      if (t.count == MAX_PLACES) fprintf(stderr, "too many places in a template\n"), exit(1);
      t.places[t.count++] = (struct place){i, kind};
    }
    i += run - 1;
  }
  return t;
}

static void template_fill(struct template *t, unsigned char *to, int channel, int subscriber, uint64_t time, uint32_t number) {
  memcpy(to, t->bytes, t->length);
  for (int i = 0; i < t->count; i++) {
    unsigned char *at = to + t->places[i].at;
    switch (t->places[i].kind) {
      case 'C': write_digits(at, (uint64_t)channel, 6, 10); break;
      case 'S': write_digits(at, (uint64_t)subscriber, 6, 10); break;
      case 'T': write_digits(at, time, 16, 16); break;
      default: write_digits(at, number, 8, 16);
    }
  }
}
