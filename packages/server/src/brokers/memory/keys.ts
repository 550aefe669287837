import { hash } from 'node:crypto';
import { TidingsError } from '@tidings/protocol';
import type { PublishReceipt } from '../../core/ports/broker.ts';
import type { EventContent } from '../../core/ports/event.ts';
import type { KeyRecord } from '../../core/ports/journal.ts';

/** A digest of what a publish says, to tell a repeat from a mistake. */
export function contentHash({ event, json, conflate, user }: EventContent): string {
  return hash('sha256', JSON.stringify([event, json, conflate, user]), 'base64url').slice(0, 22);
}

/**
 * The receipt of the publish that used the key before.
 *
 * @throws TidingsError `key_conflict` when that one said something else.
 */
export function repeat(
  channel: string,
  { hash: before, offset, epoch, id }: KeyRecord,
  now: string,
): PublishReceipt {
  if (before !== now) throw new TidingsError('key_conflict');
  return { channel, offset, epoch, id };
}

/** A full table looks for expired keys so often, milliseconds. */
const SWEEP_INTERVAL = 1000;

/** Idempotency keys of memory channels, until their window ends. */
export class KeyTable {
  readonly #max: number;
  readonly #records = new Map<string, { readonly record: KeyRecord; readonly expiresAt: number }>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** @param max keys at once; beyond it, a publish with a key is refused rather than its promise broken. */
  constructor(max: number) {
    this.#max = max;
  }

  find(channel: string, key: string, now: number): KeyRecord | undefined {
    const found = this.#records.get(slot(channel, key));
    return found && found.expiresAt > now ? found.record : undefined;
  }

  /** @throws TidingsError `rate_limited` when the table is full. */
  makeRoom(now: number): void {
    if (this.#records.size < this.#max) return;
    // A full table is not gone through for every publish that it refuses.
    if (Math.abs(now - this.#sweptAt) >= SWEEP_INTERVAL) this.sweep(now);
    if (this.#records.size >= this.#max) {
      throw new TidingsError('rate_limited', 'More idempotency keys are in use than the server remembers.', {
        retryAfter: SWEEP_INTERVAL,
      });
    }
  }

  /** Remembers a key; a window of nothing takes no room. */
  set(channel: string, key: string, record: KeyRecord, now: number, window: number): void {
    if (window > 0) this.#records.set(slot(channel, key), { record, expiresAt: now + window });
  }

  sweep(now: number): void {
    this.#sweptAt = now;
    for (const [name, { expiresAt }] of this.#records) if (expiresAt <= now) this.#records.delete(name);
  }
}

/** A channel and a key as one string: channel names hold no space, so the pair is unambiguous. */
export function slot(channel: string, key: string): string {
  return `${channel} ${key}`;
}
