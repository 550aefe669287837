import type { Disconnect } from '@tidings/protocol';
import type { Batch, Frame } from './batch.ts';
import type { Dialect } from './dialect.ts';

/**
 * How a message becomes a frame: a dialect and the framing of a transport.
 *
 * There is one object for each form, shared by all its connections: the hub encodes an event once per wire.
 */
export interface Wire {
  readonly dialect: Dialect;
  /** Frames one encoded message. */
  frame(text: string): Frame;
  /** Makes the frames of a batch what is written. @default one after the other */
  readonly join?: ((frames: readonly Buffer[]) => Buffer) | undefined;
}

/** One client's connection, seen from the hub. */
export interface Connection {
  /**
   * Sends a batch. MUST NOT throw on a connection that has ended.
   *
   * @returns false when no more should be written until the transport has called `host.writable(session)`.
   */
  write(batch: Batch): boolean;
  /** Bytes accepted by `write` that the kernel has not taken. */
  readonly buffered: number;
  /**
   * Ends the connection: sends what was written, tells the client why, closes, and lets go of everything soon even when
   * the peer does nothing. A second call does nothing.
   */
  close(disconnect: Disconnect): void;
}
