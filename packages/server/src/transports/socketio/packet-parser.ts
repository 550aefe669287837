/**
 * Packets of Socket.IO as text, read with the limits that every message from outside has.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { TidingsError } from '@tidings/protocol';
import { Encoder, isPacketValid, type Packet, PacketType } from 'socket.io-parser';

/** The event that stands for one that was refused; a symbol, so that no client can send it. Its argument is a `TidingsError`. */
export const REFUSED = Symbol('refused');

/** Learns the id under which an event wants to be acknowledged, so that the answer can go the way of events. */
export class AckId {
  /** `undefined` until it was given to the acknowledgement as its only argument. */
  id: number | undefined;
}

/** Type, attachments, namespace and id; the payload follows. */
const HEADER = /^([0-6])(?:(\d{1,2})-)?(\/[^,]{0,127},?)?(\d{0,15})/;

/** Parses JSON from outside. @throws TidingsError */
type Parse = (text: string) => unknown;

/** Writes as the library does, except for an {@link AckId}, which only learns its id. */
class PacketEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    if (packet.type === PacketType.ACK && packet.data?.[0] instanceof AckId) {
      packet.data[0].id = packet.id;
      return [];
    }
    return super.encode(packet);
  }
}

/** Reads text packets alone: what is binary, too deep or no JSON becomes the event {@link REFUSED}. */
class PacketDecoder extends EventEmitter {
  readonly #parse: Parse;
  /** Attachments of a refused packet that are still to come. */
  #attachments = 0;

  constructor(parse: Parse) {
    super();
    this.#parse = parse;
  }

  /** @throws Error on what is no packet; the connection is closed then. */
  add(text: unknown): void {
    if (typeof text !== 'string') {
      if (this.#attachments === 0) throw new Error('binary data without a packet');
      this.#attachments -= 1;
      return;
    }
    const [header, type, attachments, namespace = '/', digits] = HEADER.exec(text) ?? [];
    if (header === undefined || this.#attachments > 0) throw new Error('no packet');
    const packet: Packet = { type: Number(type), nsp: namespace.replace(/,$/, '') };
    if (digits) packet.id = Number(digits);
    try {
      if (packet.type > PacketType.CONNECT_ERROR) {
        this.#attachments = Number(attachments ?? 0);
        packet.type -= PacketType.BINARY_EVENT - PacketType.EVENT;
        throw new TidingsError('malformed_message', 'Binary data is not taken.');
      }
      const payload = text.slice(header.length);
      if (payload) packet.data = this.#parse(payload);
      if (!isPacketValid(packet)) throw new TidingsError('malformed_message');
    } catch (error) {
      // Nobody waits for an answer to an answer.
      if (packet.type === PacketType.ACK) return;
      if (packet.type !== PacketType.EVENT) throw error;
      packet.data = [REFUSED, error];
    }
    this.emit('decoded', packet);
  }

  destroy(): void {}
}

/** The `parser` option of a Socket.IO server. */
export function packetParser(parse: Parse): object {
  return {
    Encoder: PacketEncoder,
    Decoder: class extends PacketDecoder {
      constructor() {
        super(parse);
      }
    },
  };
}
