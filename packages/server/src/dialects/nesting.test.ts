import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDeeperThan } from './nesting.ts';

/** How deep a value nests. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Values with brackets in their strings, among many others, so that there is something to count. */
const value = fc.tuple(
  fc.jsonValue({ maxDepth: 6 }),
  fc.array(fc.constantFrom<unknown>('[[[', '{', '"', '\\', ']"', [], {}, 'a'), { maxLength: 40 }),
);

test('a text nests as deep as its value', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 8 }), (each, depth) => {
      expect(isDeeperThan(JSON.stringify(each), depth)).toBe(depthOf(each) > depth);
    }),
    { numRuns: 2000 },
  );
});

test('brackets that are never closed nest, those in a string that never ends do not', () => {
  expect(isDeeperThan('['.repeat(100_000), 32)).toBe(true);
  expect(isDeeperThan(`["${'['.repeat(100)}`, 32)).toBe(false);
  expect(isDeeperThan(`["\\${'['.repeat(100)}`, 32)).toBe(false);
});
