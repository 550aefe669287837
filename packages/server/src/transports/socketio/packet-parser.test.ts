import { TidingsError } from '@tidings/protocol';
import fc from 'fast-check';
import { Encoder, type Packet, PacketType } from 'socket.io-parser';
import { expect, it } from 'vitest';
import { parseJson } from '../../dialects/json-message.ts';
import { packetParser, REFUSED } from './packet-parser.ts';

interface Decoder {
  add(data: unknown): void;
  on(event: 'decoded', listener: (packet: Packet) => void): void;
}

const { Decoder: PacketDecoder } = packetParser(parseJson) as { Decoder: new () => Decoder };

/** What the decoder makes of some data. */
function decode(...data: unknown[]): Packet[] {
  const packets: Packet[] = [];
  const decoder = new PacketDecoder();
  decoder.on('decoded', (packet) => packets.push(packet));
  for (const each of data) decoder.add(each);
  return packets;
}

/** JSON without what is refused: depth, and keys that are never taken. */
const json = fc
  .jsonValue({ maxDepth: 5 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !/__proto__|constructor/.test(JSON.stringify(value)));

const namespace = fc.oneof(fc.constant('/'), fc.stringMatching(/^\/[a-z0-9-]{1,20}$/));
const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({
    type: fc.constant(PacketType.CONNECT),
    nsp: namespace,
    data: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), json),
  }),
  fc.record({ type: fc.constant(PacketType.DISCONNECT), nsp: namespace }),
  fc.record(
    {
      type: fc.constant(PacketType.EVENT),
      nsp: namespace,
      id: fc.nat(),
      data: fc.tuple(fc.stringMatching(/^x[a-z]{0,8}$/), json).map((data): unknown[] => data),
    },
    { requiredKeys: ['type', 'nsp', 'data'] },
  ),
  fc.record({ type: fc.constant(PacketType.ACK), nsp: namespace, id: fc.nat(), data: fc.array(json) }),
);

it('reads what the library writes', () => {
  fc.assert(
    fc.property(packet, (written) => {
      const [text] = new Encoder().encode(written);
      expect(decode(text)).toEqual([written]);
    }),
  );
});

it('an event with binary data is refused as one, with its id, and its attachments are passed over', () => {
  const packets = new Encoder().encode({
    type: PacketType.EVENT,
    nsp: '/',
    id: 7,
    data: ['x', Buffer.from('a'), Buffer.from('b')],
  });
  expect(packets).toHaveLength(3);
  expect(decode(...packets, '2["y"]')).toEqual([
    { type: PacketType.EVENT, nsp: '/', id: 7, data: [REFUSED, expect.any(TidingsError)] },
    { type: PacketType.EVENT, nsp: '/', data: ['y'] },
  ]);
});

it('whatever comes is a packet, refused, or an error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.stringMatching(/^[0-7]\d{0,3}(\/[a-z]{0,3},?)?\d{0,3}[[{"a-z0-9:,\]}]{0,12}$/),
      ),
      (text) => {
        let packets: Packet[] = [];
        try {
          packets = decode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(packets.length).toBeLessThanOrEqual(1);
      },
    ),
  );
});
