import type { Disconnect } from '@tidings/protocol';
import { nativeDialect } from '../../dialects/native.ts';
import type { Batch } from '../ports/batch.ts';
import type { Connection, Wire } from '../ports/connection.ts';

/** What a test's client heard. */
export type Heard = Record<string, unknown>;

/** The native dialect, each message a frame of its own. */
export const memoryWire: Wire = { dialect: nativeDialect, frame: (text) => Buffer.from(text) };

/** A connection in memory, whose client reads at once, or not at all while it is `blocked`. */
export class MemoryConnection implements Connection {
  /** As they were written. */
  readonly batches: Batch[] = [];
  /** Why the server closed it. */
  closed: Disconnect | undefined;
  /** Takes what is written and wants no more. */
  blocked = false;
  buffered = 0;

  write(batch: Batch): boolean {
    this.batches.push(batch);
    if (this.blocked) this.buffered += batch.bytes;
    return !this.blocked;
  }

  close(notice: Disconnect): void {
    this.closed ??= notice;
  }

  /** The client reads again; the test then calls `hub.writable`. */
  drain(): void {
    this.blocked = false;
    this.buffered = 0;
  }

  /** All messages so far. */
  get heard(): Heard[] {
    return this.batches.flatMap((batch) => batch.frames().map((frame) => JSON.parse(String(frame))));
  }

  /** The messages of one type. */
  of(type: string): Heard[] {
    return this.heard.filter((message) => message.type === type);
  }

  /** The data of the events on a channel, or on all. */
  data(channel?: string): unknown[] {
    return this.of('event')
      .filter((event) => channel === undefined || event.channel === channel)
      .map((event) => event.data);
  }
}
