import { expect, test } from 'vitest';
import { Batch } from '../../core/ports/batch.ts';
import type { Dialect } from '../../core/ports/dialect.ts';
import { batchWire } from './batch-wire.ts';

const dialect: Dialect = {
  name: 'test',
  decode: () => [],
  encodeEvent: () => undefined,
  encodeReply: () => undefined,
  encodeNotice: () => undefined,
};
const framed: string[] = [];
const wire = batchWire(dialect, { before: '[', between: ',', after: ']' }, (text) => {
  framed.push(text);
  return Buffer.from(`<${text}>`);
});
const written = (texts: readonly string[]) =>
  Batch.of(texts.map((text) => wire.frame(text)))
    .joined(wire.join)
    .toString();

test('the messages of one tick are one frame, and one alone is itself', () => {
  expect(written(['1'])).toBe('<1>');
  expect(written(['1', '"ü"', '3'])).toBe('<[1,"ü",3]>');
});

test('what more than a batch may hold is several batches', () => {
  const texts = Array.from({ length: 201 }, (_, index) => `${index}`);
  const list = (from: number, to: number) => `<[${texts.slice(from, to).join(',')}]>`;
  expect(written(texts)).toBe(`${list(0, 100)}${list(100, 200)}<200>`);
});

test('they are joined once for all who hear the same', () => {
  const batch = Batch.of([wire.frame('1')]).append([wire.frame('2')]);
  framed.length = 0;
  expect(batch.joined(wire.join)).toBe(batch.joined(wire.join));
  expect(framed).toEqual(['[1,2]']);
});
