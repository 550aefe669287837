import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeBus } from './node-bus.ts';

/** What a bus has heard on one topic, and a way to wait for it. */
function listen(bus: NodeBus, topic: string) {
  const heard: { readonly data: unknown; readonly from: string }[] = [];
  bus.hear(topic, (data, from) => void heard.push({ data, from }));
  return heard;
}

/** What every `NodeBus` holds. @param setUp gives what makes a bus of a name; all it makes reach one another. */
export function runNodeBusSuite(
  name: string,
  setUp: () => Promise<(node: string) => NodeBus> | ((node: string) => NodeBus),
): void {
  describe(`${name} is a node bus`, () => {
    let create: (node: string) => NodeBus;
    let buses: NodeBus[];
    beforeEach(async () => {
      const make = await setUp();
      buses = [];
      create = (node) => {
        const bus = make(node);
        buses.push(bus);
        return bus;
      };
    });
    afterEach(async () => {
      for (const bus of buses) await bus.close();
    });

    /** Started buses of these names. */
    const start = async (...nodes: readonly string[]) => {
      const started = nodes.map((node) => create(node));
      for (const bus of started) await bus.start();
      return started as [NodeBus, NodeBus, NodeBus];
    };

    it('names its node', () => {
      expect(create('a').node).toBe('a');
    });

    it('tells nobody when it is alone', async () => {
      const [a] = await start('a');
      const heard = listen(a, 'word');
      expect(await a.tell('word', 1)).toBe(0);
      expect(heard).toEqual([]);
    });

    it('tells all others once, and not itself', async () => {
      const [a, b, c] = await start('a', 'b', 'c');
      const [byA, byB, byC] = [listen(a, 'word'), listen(b, 'word'), listen(c, 'word')];
      const data = { text: 'ğüş 🙂', list: [1, null, true] };
      expect(await a.tell('word', data)).toBe(2);
      await expect.poll(() => [byB, byC]).toEqual([[{ data, from: 'a' }], [{ data, from: 'a' }]]);
      expect(await b.tell('word', 'back')).toBe(2);
      await expect.poll(() => byA).toEqual([{ data: 'back', from: 'b' }]);
      expect(byB).toHaveLength(1);
    });

    it('gives a topic to all who listen to it, and to nobody else', async () => {
      const [a, b] = await start('a', 'b');
      const [one, other, another] = [listen(b, 'word'), listen(b, 'word'), listen(b, 'other')];
      await a.tell('unheard', 0);
      await a.tell('word', 1);
      await expect.poll(() => [one, other].map((heard) => heard.length)).toEqual([1, 1]);
      expect(another).toEqual([]);
    });

    it('keeps the order of what one node tells, over topics', async () => {
      const [a, b] = await start('a', 'b');
      const heard: unknown[] = [];
      for (const topic of ['even', 'odd']) b.hear(topic, (data) => void heard.push(data));
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      await Promise.all(numbers.map((number) => a.tell(number % 2 === 0 ? 'even' : 'odd', number)));
      await expect.poll(() => heard).toEqual(numbers);
    });

    it('counts nobody who has left, and tells them nothing', async () => {
      const [a, b, c] = await start('a', 'b', 'c');
      const byB = listen(b, 'word');
      await b.close();
      await expect.poll(() => a.tell('word', 1)).toBe(1);
      const byC = listen(c, 'last');
      await a.tell('last', 2);
      await expect.poll(() => byC).toHaveLength(1);
      expect(byB).toEqual([]);
    });

    it('has missed nothing while all was well', async () => {
      const [a, b] = await start('a', 'b');
      let missed = 0;
      b.onMissed(() => {
        missed += 1;
      });
      const heard = listen(b, 'word');
      await a.tell('word', 1);
      await expect.poll(() => heard).toHaveLength(1);
      expect(missed).toBe(0);
    });
  });
}
