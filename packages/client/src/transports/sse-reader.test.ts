import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type SseBlock, SseReader } from './sse-reader.ts';

function read(...pieces: readonly string[]): readonly SseBlock[] {
  const blocks: SseBlock[] = [];
  const reader = new SseReader((block) => blocks.push(block));
  for (const piece of pieces) reader.push(piece);
  return blocks;
}

const STREAM =
  ':\n\nevent: welcome\nid: 1.a\ndata: {"a":1}\n\nid: 1.b\ndata: one\ndata: two\n\nretry: 5\n\ndata:x\r\n\r\n';
const BLOCKS = [
  { event: 'welcome', data: '{"a":1}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'message', data: 'x' },
];

it('reads blocks, and passes over comments and what has no data', () => {
  expect(read(STREAM)).toEqual(BLOCKS);
});

it('reads the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      expect(read(...at.slice(1).map((end, n) => STREAM.slice(at[n], end)))).toEqual(BLOCKS);
    }),
  );
});

it('gives nothing of a block that is not whole', () => {
  expect(read('data: half\n')).toEqual([]);
});
