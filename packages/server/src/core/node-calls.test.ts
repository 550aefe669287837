import { expect, test } from 'vitest';
import { MemoryBus } from '../brokers/memory/memory-bus.ts';
import { NodeCalls } from './node-calls.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** Nodes of these names that can call one another. */
async function nodes(...names: readonly string[]) {
  const all = new Set<MemoryBus>();
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const made = names.map((name) => {
    const bus = new MemoryBus(name, all);
    return { bus, calls: new NodeCalls({ bus, clock, onError: (error) => errors.push(error) }) };
  });
  for (const { bus } of made) await bus.start();
  return { nodes: made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]], clock, errors };
}

test('all nodes answer, the one that calls first', async () => {
  const {
    nodes: [a, b, c],
    clock,
  } = await nodes('a', 'b', 'c');
  const [call] = [a, b, c].map(({ calls }) =>
    calls.define('double', async (number: number) => `${calls.node}${number * 2}`),
  );
  const { answers, complete } = (await call?.(21)) ?? {};
  expect(complete).toBe(true);
  expect(answers?.[0]).toEqual({ node: 'a', result: 'a42' });
  expect(new Set(answers?.map(({ result }) => result))).toEqual(new Set(['a42', 'b42', 'c42']));
  expect(clock.timers).toBe(0);
});

test('a node alone answers itself, at once', async () => {
  const {
    nodes: [a],
  } = await nodes('a');
  let called = false;
  const call = a.calls.define('mark', () => {
    called = true;
  });
  const answer = call(undefined);
  expect(called).toBe(true);
  expect(await answer).toEqual({ answers: [{ node: 'a', result: undefined }], complete: true });
});

test('a node that does not answer is waited for no longer than a second', async () => {
  const {
    nodes: [a, b],
    clock,
  } = await nodes('a', 'b');
  b.calls.define('hang', () => new Promise<never>(() => {}));
  const answer = a.calls.define('hang', () => 1)(undefined);
  clock.advance(1000);
  expect(await answer).toEqual({ answers: [{ node: 'a', result: 1 }], complete: false });
});

test('a node that fails, or does not know the call, is not waited for', async () => {
  const {
    nodes: [a, b],
    errors,
  } = await nodes('a', 'b', 'c');
  b.calls.define('break', () => {
    throw new Error('broken');
  });
  expect(await a.calls.define('break', () => 1)(undefined)).toMatchObject({ complete: false });
  expect(errors).toEqual([
    new Error('broken'),
    new Error('Node a calls "break", which this node does not know.'),
  ]);
});

test('a bus that cannot be reached leaves this node’s answer', async () => {
  const bus = new MemoryBus('a');
  bus.tell = () => Promise.reject(new Error('cut off'));
  const errors: unknown[] = [];
  const calls = new NodeCalls({ bus, clock: new ManualClock(), onError: (error) => errors.push(error) });
  expect(await calls.define('any', () => 1)(undefined)).toEqual({
    answers: [{ node: 'a', result: 1 }],
    complete: false,
  });
  expect(errors).toHaveLength(1);
});
