import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OverflowPolicy, OverflowQueue, type QueuedEvent } from './overflow-queue.ts';

const CAP = 100;

const event = (frame: string, rest: Partial<QueuedEvent> = {}): QueuedEvent => ({
  frame,
  channel: 'a:1',
  policy: 'disconnect',
  key: 'k',
  ...rest,
});

describe('at the cap', () => {
  test('disconnect says so', () => {
    const queue = new OverflowQueue(CAP);
    expect(queue.pushEvent(event('x'.repeat(60)), 0)).toBe(true);
    expect(queue.pushEvent(event('x'.repeat(40)), 0)).toBe(true);
    expect(queue.pushEvent(event('x'), 0)).toBe(false);
  });

  test('what the transport buffers counts', () => {
    const queue = new OverflowQueue(CAP);
    expect(queue.pushEvent(event('x'.repeat(60)), 40)).toBe(true);
    expect(queue.pushEvent(event('x'), 40)).toBe(false);
    expect(queue.pushDirect('x', 0)).toBe(true);
    expect(queue.pushDirect('x', 90)).toBe(false);
  });

  test('what the transport buffers does not cost a lossy channel its newest', () => {
    const queue = new OverflowQueue(CAP);
    expect(queue.pushEvent(event('x', { policy: 'drop-oldest' }), 10 * CAP)).toBe(true);
    expect(queue.pushEvent(event('y', { channel: 'a:2', policy: 'conflate' }), 10 * CAP)).toBe(true);
    expect(queue.shift(CAP)).toEqual(['x', 'y']);
  });

  test('drop-oldest drops the oldest of its own channel', () => {
    const queue = new OverflowQueue(CAP);
    queue.pushDirect('reply', 0);
    queue.pushEvent(event('other', { channel: 'a:2', policy: 'drop-oldest' }), 0);
    for (const digit of '123') queue.pushEvent(event(digit.repeat(30), { policy: 'drop-oldest' }), 0);
    queue.pushEvent(event('4'.repeat(30), { policy: 'drop-oldest' }), 0);
    expect(queue.dropped).toBe(1);
    expect(queue.shift(1000)).toEqual(['reply', 'other', '2'.repeat(30), '3'.repeat(30), '4'.repeat(30)]);
    expect(queue.empty).toBe(true);
  });

  test('drop-oldest drops the event itself when there is no room for it at all', () => {
    const queue = new OverflowQueue(CAP);
    queue.pushDirect('x'.repeat(90), 0);
    expect(queue.pushEvent(event('y'.repeat(11), { policy: 'drop-oldest' }), 0)).toBe(true);
    expect(queue).toMatchObject({ bytes: 90, dropped: 1 });
  });

  test('dropping stays quick behind a long line of others', () => {
    const count = 20_000;
    const queue = new OverflowQueue(count);
    for (let index = 0; index < count - 1; index += 1) queue.pushEvent(event('x'), 0);
    const start = performance.now();
    for (let index = 0; index < count; index += 1)
      queue.pushEvent(event('y', { channel: 'a:2', policy: 'drop-oldest' }), 0);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(queue.dropped).toBe(count - 1);
  });

  test('conflate disconnects when even the newest of each key are too much', () => {
    const queue = new OverflowQueue(CAP);
    expect(queue.pushEvent(event('x'.repeat(60), { policy: 'conflate', key: '1' }), 0)).toBe(true);
    expect(queue.pushEvent(event('x'.repeat(60), { policy: 'conflate', key: '1' }), 0)).toBe(true);
    expect(queue.pushEvent(event('x'.repeat(60), { policy: 'conflate', key: '2' }), 0)).toBe(false);
  });
});

test('conflate replaces an event that was not sent yet, never one that was', () => {
  const queue = new OverflowQueue(CAP);
  const push = (frame: string, rest: Partial<QueuedEvent> = {}) =>
    queue.pushEvent(event(frame, { policy: 'conflate', ...rest }), 0);
  push('1');
  push('other key', { key: 'l' });
  push('other channel', { channel: 'a:2' });
  push('2');
  expect(queue.shift(9)).toEqual(['other key']);
  push('3', { key: 'l' });
  push('4');
  expect(queue.shift(1000)).toEqual(['other channel', '3', '4']);
  expect(queue.dropped).toBe(2);
});

test('shift gives at least one frame, and about as many bytes as asked for', () => {
  const queue = new OverflowQueue(CAP);
  for (const frame of ['x'.repeat(50), 'a', 'b', 'c']) queue.pushDirect(frame, 0);
  expect(queue.shift(10)).toEqual(['x'.repeat(50)]);
  expect(queue.shift(2)).toEqual(['a', 'b']);
  queue.clear();
  expect(queue).toMatchObject({ bytes: 0, empty: true });
  expect(queue.shift(10)).toEqual([]);
});

test('never above the cap, in order, losing only what the policy gives up and keeping the newest of each key', () => {
  const policies: Record<string, OverflowPolicy> = {
    'd:1': 'disconnect',
    'o:1': 'drop-oldest',
    'c:1': 'conflate',
  };
  const step = fc.oneof(
    fc.record({
      channel: fc.constantFrom(...Object.keys(policies)),
      key: fc.constantFrom('j', 'k'),
      size: fc.integer({ min: 1, max: 40 }),
    }),
    fc.record({ direct: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ shift: fc.integer({ min: 1, max: 120 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new OverflowQueue(CAP);
      const sent: string[] = [];
      const pushed: { frame: string; channel: string | undefined; key: string }[] = [];
      const frameOf = (size: number) => `${String(pushed.length).padStart(4, '0')}${'x'.repeat(size)}`;
      for (const each of steps) {
        if ('shift' in each) {
          sent.push(...(queue.shift(each.shift) as string[]));
          continue;
        }
        const frame = frameOf('direct' in each ? each.direct : each.size);
        const { channel, key } = 'direct' in each ? { channel: undefined, key: '' } : each;
        pushed.push({ frame, channel, key });
        const fits =
          channel === undefined
            ? queue.pushDirect(frame, 0)
            : queue.pushEvent({ frame, channel, key, policy: policies[channel] ?? 'disconnect' }, 0);
        if (!fits) {
          expect(queue.bytes).toBeGreaterThan(CAP);
          expect(channel).not.toBe('o:1');
          return;
        }
        expect(queue.bytes).toBeLessThanOrEqual(CAP);
      }
      sent.push(...(queue.shift(Number.POSITIVE_INFINITY) as string[]));
      expect(queue).toMatchObject({ bytes: 0, empty: true });
      // Frames begin with their number.
      expect(sent).toEqual(sent.toSorted());
      expect(new Set(sent).size).toBe(sent.length);
      expect(queue.dropped).toBe(pushed.length - sent.length);
      for (const { frame, channel, key } of pushed) {
        if (channel === undefined || channel === 'd:1') expect(sent).toContain(frame);
        if (channel !== 'c:1') continue;
        const newest = pushed.findLast((other) => other.channel === channel && other.key === key);
        if (frame === newest?.frame) expect(sent).toContain(frame);
      }
    }),
    { numRuns: 500 },
  );
});
