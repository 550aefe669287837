const SUB_BITS = 6;
const SUB = 1 << SUB_BITS;

/** Latencies in buckets of 1/64 of a power of two, as histogram.h has them. */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  /** The greatest value. */
  max = 0;

  add(value: number): void {
    if (value > this.max) this.max = value;
    this.#count++;
    const shift = Math.max(0, Math.floor(Math.log2(value)) - SUB_BITS);
    const bucket = value < SUB ? value : shift * SUB * 2 + Math.floor(value / 2 ** shift);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  /** The value below which a part of all lies; 0 when there is none. */
  quantile(part: number): number {
    const wanted = part * this.#count;
    let seen = 0;
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen <= wanted) continue;
      const shift = Math.floor(bucket / (SUB * 2));
      return bucket < SUB ? bucket : Math.round((bucket - shift * SUB * 2 + 0.5) * 2 ** shift);
    }
    return this.max;
  }
}
