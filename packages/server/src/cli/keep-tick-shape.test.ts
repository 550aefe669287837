import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Prints how long a tick takes after a collection, nanoseconds: the shortest of many slices. */
const MEASURE = `
  const { keepTickShape } = await import(process.argv[1]);
  const ticks = (left) => new Promise((done) => {
    const next = () => (left-- > 0 ? process.nextTick(next) : done());
    next();
  });
  if (process.argv[2] === 'kept') keepTickShape();
  await ticks(50);
  await new Promise((done) => setImmediate(done));
  gc();
  let shortest = Infinity;
  for (let slice = 0; slice < 100; slice += 1) {
    const began = process.hrtime.bigint();
    await ticks(5000);
    shortest = Math.min(shortest, Number(process.hrtime.bigint() - began) / 5000);
  }
  console.log(shortest);
`;

function nanosecondsOfATick(...flags: readonly string[]): number {
  const path = join(import.meta.dirname, 'keep-tick-shape.ts');
  const args = ['--expose-gc', '--input-type=module', '--eval', MEASURE, path, ...flags];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

// Where this fails because both are quick, Node has mended it, and the file can go.
test('a tick stays quick after a collection', () => {
  expect(nanosecondsOfATick('kept')).toBeLessThan(0.6 * nanosecondsOfATick());
});
