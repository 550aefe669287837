/**
 * Writes to a socket, past the stream in front of it where that is possible.
 *
 * What the kernel takes at once, as nearly all, needs none of what `socket.write` does about it: a request, a callback in
 * the next tick, a look at the stream's state. Over a thousand subscribers that is a tenth of what an event costs. So
 * bytes go to the socket's handle, which Node keeps for itself; where it is not as it is known here, or other bytes wait
 * in the stream, they go the usual way.
 *
 * @module
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** A write that the kernel did not take at once. */
interface WriteRequest {
  /** Keeps the bytes until they have been written. */
  buffer?: Buffer;
  oncomplete(status: number): void;
}

/** What is used of Node's own. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** What the last call did, by place. */
  readonly streamBaseState: ArrayLike<number>;
  readonly kLastWriteWasAsync: number;
}

/** A socket's handle. */
interface Handle {
  /** @returns an error of libuv's, or 0. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

const BINDING = findBinding();

function findBinding(): StreamBinding | undefined {
  try {
    const { binding } = process as unknown as { binding(name: string): Partial<StreamBinding> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding('stream_wrap');
    if (!WriteWrap || !streamBaseState || kLastWriteWasAsync === undefined) return undefined;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    return undefined;
  }
}

/** One for all writes that the kernel takes at once: nothing is kept in it then. */
let spare: WriteRequest | undefined;

export class SocketWriter {
  readonly #socket: Duplex & { readonly _handle?: Partial<Handle> | null };
  readonly #binding: StreamBinding | null | undefined;
  /** Bytes that were given to the handle and that the kernel has not taken. */
  #waiting = 0;

  /** @param binding what is used of Node's own; `null` to go the usual way always */
  constructor(socket: Duplex, binding: StreamBinding | null | undefined = BINDING) {
    this.#socket = socket;
    this.#binding = socket instanceof Socket && !(socket instanceof TLSSocket) ? binding : undefined;
  }

  /** Bytes that the kernel has not taken. */
  get buffered(): number {
    return this.#waiting + this.#socket.writableLength;
  }

  /** @returns false when no more should be written until the socket says `drain`. */
  write(bytes: Buffer): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    const { _handle: handle } = socket;
    if (!this.#binding || !handle?.writeBuffer || socket.writableLength > 0)
      return socket.write(bytes) && this.#waiting === 0;
    this.#writeTo(handle as Handle, bytes, this.#binding);
    return this.#waiting === 0;
  }

  #writeTo(
    handle: Handle,
    bytes: Buffer,
    { WriteWrap, streamBaseState, kLastWriteWasAsync }: StreamBinding,
  ): void {
    const request = spare ?? new WriteWrap();
    const error = handle.writeBuffer(request, bytes);
    const later = streamBaseState[kLastWriteWasAsync] !== 0;
    spare = later ? undefined : request;
    if (error !== 0) this.#socket.destroy();
    else if (later) this.#await(request, bytes);
  }

  #await(request: WriteRequest, bytes: Buffer): void {
    this.#waiting += bytes.length;
    request.buffer = bytes;
    request.oncomplete = (status) => {
      this.#waiting -= bytes.length;
      if (status < 0) this.#socket.destroy();
      else if (this.#waiting === 0) this.#socket.emit('drain');
    };
  }
}
