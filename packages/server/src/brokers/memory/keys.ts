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

/** Idempotency keys of memory channels, until their window ends. */
export class KeyTable {
  readonly #max: number;
  readonly #records = new Map<string, { readonly record: KeyRecord; readonly expiresAt: number }>();

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
    this.sweep(now);
    if (this.#records.size >= this.#max) {
      throw new TidingsError('rate_limited', 'More idempotency keys are in use than the server remembers.', {
        retryAfter: 1000,
      });
    }
  }

  set(channel: string, key: string, record: KeyRecord, expiresAt: number): void {
    this.#records.set(slot(channel, key), { record, expiresAt });
  }

  sweep(now: number): void {
    for (const [name, { expiresAt }] of this.#records) if (expiresAt <= now) this.#records.delete(name);
  }
}

/** Channel names hold no space, so the pair is unambiguous. */
function slot(channel: string, key: string): string {
  return `${channel} ${key}`;
}
