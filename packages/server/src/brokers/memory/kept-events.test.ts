import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChannelEvent } from '../../core/ports/event.ts';
import { KeptEvents } from './kept-events.ts';

const shared = { channel: 'a:1', epoch: 'e' };

/** Any text, also with halves of characters, which UTF-8 cannot hold. */
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ unit: 'binary', maxLength }),
    fc
      .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 4 })
      .map((c) => String.fromCharCode(...c)),
    fc.integer({ min: 0, max: 20_000 }).map((length) => 'x'.repeat(length)),
  );

const optional = fc.option(text(9), { nil: undefined });
const content = fc.record({ event: text(9), user: optional, conflate: optional, json: text(300) });
const step = fc.oneof(
  { weight: 4, arbitrary: content },
  { weight: 2, arbitrary: fc.record({ drop: fc.integer({ min: 0, max: 9 }) }) },
);

/** Events at `offset`s whose sequences and times both rise by steps. */
function eventAt(content: Parameters<typeof Object.keys>[0], offset: number): ChannelEvent {
  const place = { offset, epoch: 'e', id: `i${offset}`, at: 1000 + (offset >> 1), sequence: offset * 1e12 };
  return new ChannelEvent({ channel: 'a:1', ...(content as { event: string; json: string }) }, place);
}

describe('kept events', () => {
  test('are as an array of them would be, whatever is kept, dropped, looked for and read', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), fc.nat(), (steps, a, b) => {
        const kept = new KeptEvents(shared);
        let model: ChannelEvent[] = [];
        let offset = 0;
        let last: number | undefined;
        for (const each of steps) {
          if ('drop' in each) {
            const count = Math.min(each.drop, model.length);
            if (count > 0) last = model[count - 1]?.sequence;
            kept.drop(count);
            expect(kept.lastDropped).toBe(last);
            model = model.slice(count);
          } else {
            offset += 1;
            const event = eventAt(each, offset);
            kept.push(event);
            model.push(event);
          }
          expect(kept.length).toBe(model.length);
        }
        const oldest = model[0]?.offset ?? offset + 1;
        const begin = a % (model.length + 1);
        const count = b % (model.length + 2);
        expect(kept.read(begin, count, oldest)).toEqual(model.slice(begin, begin + count));
        const sequence = (a % (offset + 2)) * 1e12;
        expect(kept.countThrough(sequence)).toBe(model.filter((event) => event.sequence <= sequence).length);
        const at = 999 + (b % (offset + 3));
        expect(kept.countOlder(at)).toBe(model.filter((event) => event.at <= at).length);
      }),
      { numRuns: 300 },
    );
  });

  test('that come and go take no more memory with time, and none once all are gone', () => {
    const kept = new KeptEvents(shared);
    const capacities = new Set<number>();
    for (let offset = 1; offset <= 5000; offset += 1) {
      kept.push(eventAt({ event: 'x', json: 'x'.repeat(offset % 200) }, offset));
      if (kept.length > 100) kept.drop(1);
      if (offset > 1000) capacities.add(kept.capacity);
    }
    expect(Math.max(...capacities)).toBeLessThan(5 * 8192);
    kept.drop(kept.length);
    expect(kept.capacity).toBe(0);
  });
});
