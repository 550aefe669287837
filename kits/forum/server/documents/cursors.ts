/**
 * Cursors in documents, as y-protocols tells them ("awareness"). Each connection tells of one of its own, and when it goes,
 * the others are told.
 *
 * What is kept here is of the connections of this server alone. When a server dies, the cursors of its clients end by
 * themselves, as y-protocols has it.
 *
 * @module
 */
import { type Session, TidingsError } from '@tidings/server/kit';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** A cursor that a connection has told. */
interface Cursor {
  /** Yjs's number of the client. */
  readonly client: number;
  /** Counts what the client tells. */
  readonly clock: number;
  /** There is none any more. */
  readonly gone: boolean;
}

/** Where a cursor ends that was not taken back. */
interface Ended {
  readonly thread: string;
  readonly update: Uint8Array;
  readonly client: number;
}

/** Documents that one connection has a cursor in. */
const MAX_CURSORS = 16;

export class Cursors {
  readonly #told = new WeakMap<Session, Map<string, Cursor>>();

  /** Whether a connection has told of a cursor in a document. */
  has(session: Session, thread: string): boolean {
    return this.#told.get(session)?.has(thread) ?? false;
  }

  /** Remembers what a connection tells. @throws TidingsError `limit_reached` */
  take(session: Session, thread: string, cursor: Cursor): void {
    const cursors = this.#told.get(session) ?? new Map<string, Cursor>();
    this.#told.set(session, cursors);
    cursors.delete(thread);
    if (cursor.gone) return;
    if (cursors.size >= MAX_CURSORS)
      throw new TidingsError('limit_reached', `One has a cursor in ${MAX_CURSORS} documents at most.`);
    cursors.set(thread, cursor);
  }

  /** Ends a connection's cursors, in one document or in all. */
  end(session: Session, thread?: string): readonly Ended[] {
    const cursors = this.#told.get(session) ?? new Map<string, Cursor>();
    const ended = [...cursors].filter(([each]) => thread === undefined || each === thread);
    for (const [each] of ended) cursors.delete(each);
    return ended.map(([each, { client, clock }]) => ({
      thread: each,
      client,
      update: writeEnd(client, clock + 1),
    }));
  }
}

/** Reads what a client tells of its own cursor. @throws TidingsError `invalid_request` */
export function readCursor(update: Uint8Array): Cursor {
  try {
    const decoder = decoding.createDecoder(update);
    if (decoding.readVarUint(decoder) !== 1) throw new Error('not of one client');
    const client = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    const state: unknown = JSON.parse(decoding.readVarString(decoder));
    if (typeof state !== 'object' || Array.isArray(state) || decoding.hasContent(decoder))
      throw new Error('no state');
    return { client, clock, gone: state === null };
  } catch (error) {
    throw new TidingsError('invalid_request', 'This is no awareness update of one client.', {
      cause: error,
    });
  }
}

function writeEnd(client: number, clock: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, 'null');
  return encoding.toUint8Array(encoder);
}
