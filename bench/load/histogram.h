// Latencies in buckets of 1/64 of a power of two: 1.6 % exact, and one addition for each.
#include <stdint.h>
#include <string.h>

#define SUB_BITS 6
#define SUB (1 << SUB_BITS)

static uint64_t buckets[64 * SUB], recorded, greatest;

static void histogram_reset(void) {
  memset(buckets, 0, sizeof buckets);
  recorded = greatest = 0;
}

static void histogram_add(uint64_t value) {
  if (value > greatest) greatest = value;
  recorded++;
  if (value < SUB) {
    buckets[value]++;
    return;
  }
  int shift = 63 - __builtin_clzll(value) - SUB_BITS;
  buckets[(shift + 1) * SUB + ((value >> shift) & (SUB - 1))]++;
}

static uint64_t histogram_quantile(double q) {
  uint64_t seen = 0, wanted = (uint64_t)(q * (double)recorded);
  for (int i = 0; i < 64 * SUB; i++) {
    seen += buckets[i];
    if (seen > wanted) {
      if (i < SUB) return i;
      int shift = i / SUB - 1;
      return ((uint64_t)(SUB + i % SUB) << shift) + ((uint64_t)1 << shift) / 2;
    }
  }
  return greatest;
}
