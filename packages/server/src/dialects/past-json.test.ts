import { expect, test } from 'vitest';
import { ChannelEvent } from '../core/ports/event.ts';
import { createPastJson } from './past-json.ts';

const event = (offset: number, epoch = 'e') =>
  new ChannelEvent(
    { channel: 'a:1', event: 'said', json: `${offset}` },
    { offset, epoch, id: `${offset}`, at: 0, sequence: offset },
  );

test('a stretch is written once, and another one anew', () => {
  const written: number[] = [];
  const write = createPastJson(({ offset, epoch }) => {
    written.push(offset);
    return `"${epoch}${offset}"`;
  });
  expect(write([])).toBe('[]');
  expect(write([event(1), event(2)])).toBe('["e1","e2"]');
  expect(write([event(1), event(2)])).toBe('["e1","e2"]');
  expect(written).toEqual([1, 2]);
  expect(write([event(1, 'f'), event(2, 'f')])).toBe('["f1","f2"]');
  expect(write([event(2)])).toBe('["e2"]');
  for (let offset = 3; offset < 30; offset += 1) write([event(offset)]);
  written.length = 0;
  expect(write([event(1), event(2)])).toBe('["e1","e2"]');
  expect(written).toEqual([1, 2]);
});
