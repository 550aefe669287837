import { constants, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflateFrame } from './deflate-frame.ts';
import { textFrame } from './frame.ts';

/** What a client reads: the text, and whether it was compressed. */
function read(frame: Buffer): { text: string; compressed: boolean } {
  const short = (frame[1] as number) & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length =
    short < 126 ? short : short === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  const payload = frame.subarray(header);
  expect(payload.length).toBe(length);
  const compressed = ((frame[0] as number) & 0x40) !== 0;
  if (!compressed) return { text: payload.toString(), compressed };
  const whole = Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]);
  return { text: inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH }).toString(), compressed };
}

test('a client reads what was framed, compressed or not', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ minLength: 100, maxLength: 70_000, size: 'max' })),
      (text) => {
        const valid = Buffer.from(text).toString();
        expect(read(deflateFrame(valid)).text).toBe(valid);
        expect(read(textFrame(valid))).toEqual({ text: valid, compressed: false });
      },
    ),
  );
});

test('a long message is compressed, a short or random one is not', () => {
  expect(read(deflateFrame('ab'.repeat(200))).compressed).toBe(true);
  expect(read(deflateFrame('ab')).compressed).toBe(false);
  const random = Buffer.from(Array.from({ length: 200 }, (_, n) => (n * 7919) % 127)).toString('latin1');
  expect(read(deflateFrame(random)).text).toBe(random);
});
