/**
 * What the log of a room shows, from top to bottom.
 *
 * @module
 */
import type { Message } from '../events.ts';
import type { Unsent } from './unsent.ts';

/** A row of the log. */
export type Row =
  /** A new day begins. @property at a moment of it, milliseconds since 1970-01-01 UTC */
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** What follows had not been read when the visitor came. */
  | { readonly kind: 'new'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly own: boolean;
      /** Its writer is not that of the message before, or wrote that long ago. */
      readonly first: boolean;
    }
  | { readonly kind: 'unsent'; readonly key: string; readonly unsent: Unsent; readonly first: boolean };

/** Messages of one writer that are closer than this stand together, milliseconds. */
const TOGETHER = 5 * 60_000;

/**
 * @param messages by place
 * @param unsent of this room, oldest first
 * @param line everything after this place is new; `undefined` when nothing is
 */
export function rowsOf(
  messages: readonly Message[],
  unsent: readonly Unsent[],
  user: string,
  line: number | undefined,
): readonly Row[] {
  const rows: Row[] = [];
  let day = '';
  // Where it belongs may not have been loaded yet.
  let lined = line === undefined || (messages[0]?.seq ?? 0) > line + 1;
  let before: { readonly user: string; readonly at: number } | undefined;
  const step = (who: string, at: number): boolean => {
    const today = new Date(at).toDateString();
    if (today !== day) {
      day = today;
      before = undefined;
      rows.push({ kind: 'day', key: `day ${today}`, at });
    }
    const first = before?.user !== who || at - before.at > TOGETHER;
    before = { user: who, at };
    return first;
  };
  for (const message of messages) {
    const at = Date.parse(message.timestamp);
    const own = message.user === user;
    // One's own messages are never news.
    const begins = !lined && message.seq > (line ?? 0) && !own;
    let first = step(message.user, at);
    if (begins) {
      lined = true;
      first = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    // The same key as while it was on its way, so that nothing moves when it arrives.
    rows.push({ kind: 'message', key: own ? message.clientId : message.id, message, own, first });
  }
  const arrived = new Set(messages.filter((each) => each.user === user).map(({ clientId }) => clientId));
  for (const each of unsent) {
    if (arrived.has(each.key)) continue;
    const first = step(user, Math.max(each.at, before?.at ?? 0));
    rows.push({ kind: 'unsent', key: each.key, unsent: each, first });
  }
  return rows;
}
