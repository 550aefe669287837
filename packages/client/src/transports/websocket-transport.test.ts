import { expect, it } from 'vitest';
import { writeMessage } from '../outgoing.ts';
import { framesOf } from './websocket-transport.ts';

const message = (id: number, data: unknown = null) =>
  writeMessage(id, { type: 'command', name: 'x', data }, 0);
const idsOf = (frames: readonly string[]) =>
  frames.map((frame) => {
    const { id, messages } = JSON.parse(frame) as { id?: number; messages?: readonly { id: number }[] };
    return messages?.map((one) => one.id) ?? id;
  });

it('sends one message as it is, and several as a batch', () => {
  expect(idsOf(framesOf([message(1)], 0))).toEqual([1]);
  expect(idsOf(framesOf([message(1), message(2)], 0))).toEqual([[1, 2]]);
});

it('keeps to the messages and bytes that a server takes', () => {
  const many = Array.from({ length: 250 }, (_, n) => message(n));
  expect(idsOf(framesOf(many, 0)).map((ids) => (ids as number[]).length)).toEqual([100, 100, 50]);
  const large = Array.from({ length: 5 }, (_, n) => message(n, 'ü'.repeat(200)));
  const frames = framesOf(large, 1000);
  expect(idsOf(frames)).toEqual([[0, 1], [2, 3], 4]);
  for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(1000);
});

it('sends alone, and in its place, what would be too deep in a batch', () => {
  let deep: unknown = 1;
  for (let n = 0; n < 31; n += 1) deep = [deep];
  expect(idsOf(framesOf([message(1), message(2), message(3, deep), message(4)], 0))).toEqual([[1, 2], 3, 4]);
});
