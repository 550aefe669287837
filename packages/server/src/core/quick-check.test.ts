import { AuthenticateData, HistoryData, PublishData, SubscribeData, TypingData } from '@tidings/protocol';
import fc from 'fast-check';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { quickCheck } from './quick-check.ts';

const Batch = Type.Object(
  { events: Type.Array(PublishData, { minItems: 1, maxItems: 3 }), last: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);
const SCHEMAS = { Batch, PublishData, SubscribeData, HistoryData, TypingData, AuthenticateData };

const names = [
  'channel',
  'event',
  'data',
  'key',
  'conflate',
  'channels',
  'since',
  'last',
  'active',
  'token',
  'x',
];
const content = fc.oneof(
  fc.constantFrom<unknown>('a:1', '', 'x'.repeat(201), 7, -1, 0.5, true, null, undefined, ['a:1'], {
    channel: 'a:1',
  }),
  fc.jsonValue({ maxDepth: 1 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...names), content, { maxKeys: 4 }) },
  fc.record({
    events: fc.array(fc.dictionary(fc.constantFrom(...names), content, { maxKeys: 3 }), { maxLength: 4 }),
  }),
  fc.jsonValue({ maxDepth: 1 }),
);

test.for(Object.entries(SCHEMAS))('%s: passes what the schema passes, and nothing else', ([, schema]) => {
  const quick = quickCheck(schema);
  const full = Compile(schema);
  expect(quick).toBeDefined();
  fc.assert(
    fc.property(value, (each) => {
      // What has no prototype is left to the full check.
      const object = typeof each === 'object' && each && !Array.isArray(each) ? { ...each } : each;
      expect(quick?.(object)).toBe(full.Check(object));
    }),
    { numRuns: 1000 },
  );
});

test('leaves what is inherited, and what is no object, to the schema', () => {
  const quick = quickCheck(PublishData);
  const fields = { channel: 'a:1', event: 'x' };
  expect(quick?.(fields)).toBe(true);
  expect(quick?.(Object.create(fields))).toBe(false);
  expect(quick?.(null)).toBe(false);
});

test('there is none for a schema that lets other properties be', () => {
  expect(quickCheck(Type.Object({ a: Type.String() }))).toBeUndefined();
  expect(quickCheck(Type.String())).toBeUndefined();
});
