/**
 * The wire of clients that asked for batches: what one tick has for a connection is one frame.
 *
 * Messages are kept as bytes without a header, still one for all who hear them, and are given one header when they are
 * joined, which is done once for all whose pending messages are the same.
 *
 * @module
 */
import { MAX_BATCH } from '@tidings/protocol';
import type { Wire } from '../../core/ports/connection.ts';
import type { BatchForm, Dialect } from '../../core/ports/dialect.ts';

/**
 * Makes the wire. One message alone is sent as it is; more than {@link MAX_BATCH} are several batches.
 *
 * @param frame makes the frame of a text.
 */
export function batchWire(dialect: Dialect, form: BatchForm, frame: (text: string) => Buffer): Wire {
  const one = (messages: readonly Buffer[]): Buffer =>
    frame(messages.length === 1 ? `${messages[0]}` : form.before + messages.join(form.between) + form.after);
  return {
    dialect,
    frame: (text) => Buffer.from(text),
    join(messages) {
      if (messages.length <= MAX_BATCH) return one(messages);
      const batches: Buffer[] = [];
      for (let from = 0; from < messages.length; from += MAX_BATCH)
        batches.push(one(messages.slice(from, from + MAX_BATCH)));
      return Buffer.concat(batches);
    },
  };
}
