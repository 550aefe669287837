/**
 * What is in a push message: what the service worker shows, and no more than a push service takes.
 *
 * @module
 */
import type { JsonObject } from '../../core/ports/json-object.ts';

/** A notification as the service worker shows it. */
export interface ShowPayload {
  /** The tag under which it is shown: of one tag there are never two. */
  readonly id: string;
  /** The notifications that it tells of. */
  readonly ids: readonly string[];
  readonly title: string;
  readonly body: string;
  readonly level: string;
  readonly category: string;
  /** When it was made, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** BCP 47. */
  readonly language: string;
  /** Brought back to `POST /api/v1/push/clicked`, once. */
  readonly token: string;
  readonly url?: string | undefined;
  readonly data?: JsonObject | undefined;
}

/** A word to the service worker to take notifications away that were read elsewhere. */
export interface ClosePayload {
  readonly close: readonly string[];
}

/**
 * Bytes of text in one message: 4,096 as every push service takes (RFC 8030, 7.2), less the header, the tag and the
 * delimiter of its encryption (RFC 8291, 4).
 */
export const MOST_BYTES = 4096 - 86 - 16 - 1;

/** Ids in one message that closes. */
export const MOST_CLOSED = 50;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Characters of a body that are worth more than the app's data beside it. */
const WORTH_READING = 120;

/**
 * Writes a notification as JSON of no more bytes than given. What is too long is cut: the body, then the app's data is
 * left out, then more of the body, the title, the address, the list of ids. Text is cut between characters as people see
 * them.
 *
 * @param limit Bytes; what must be there takes about 300 with an id of usual length.
 */
export function writePayload(payload: ShowPayload, limit: number = MOST_BYTES): string {
  // Half a surrogate pair is no text.
  const whole = { ...payload, title: payload.title.toWellFormed(), body: payload.body.toWellFormed() };
  if (bytesOf(whole) <= limit) return JSON.stringify(whole);
  const kept = cut(whole, 'body', limit);
  if (bytesOf(kept) <= limit && kept.body.length >= Math.min(WORTH_READING, whole.body.length))
    return JSON.stringify(kept);
  const { data: _, ...bare } = whole;
  const { url: __, ...lost } = bare;
  const shorten = (draft: ShowPayload) => cut(cut(draft, 'body', limit), 'title', limit);
  const short = [bare, lost].map(shorten).find((draft) => bytesOf(draft) <= limit);
  return JSON.stringify(short ?? shorten({ ...lost, ids: [] }));
}

const ELLIPSIS = '…';

/** Characters as people see them. */
const CHARACTERS = new Intl.Segmenter();

/** Shortens one text as far as is needed, down to nothing. */
function cut<T extends { readonly title: string; readonly body: string }>(
  payload: T,
  field: 'title' | 'body',
  limit: number,
): T {
  if (bytesOf(payload) <= limit) return payload;
  const text = payload[field];
  // No character takes less than a byte, so what lies behind this is cut in any case.
  const starts = [...CHARACTERS.segment(text.slice(0, limit))].map(({ index }) => index);
  const cutAt = (index: number): T => ({
    ...payload,
    [field]: index === 0 ? '' : text.slice(0, index).trimEnd() + ELLIPSIS,
  });
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytesOf(cutAt(starts[middle] ?? 0)) <= limit) low = middle;
    else high = middle - 1;
  }
  return cutAt(starts[low] ?? 0);
}
