import fc from 'fast-check';
import sjson from 'secure-json-parse';
import { expect, test } from 'vitest';
import { safeParse } from './safe-parse.ts';

const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'a', 'b', '\\', '"'),
  fc.string({ maxLength: 4 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.integer(), fc.string({ maxLength: 12 }), key, fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map(asObject),
  ),
}));

/** An object that has `__proto__` as a key of its own. */
function asObject(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, content] of entries)
    Object.defineProperty(object, name, { value: content, enumerable: true, configurable: true });
  return object;
}

/** JSON in any of the ways to write it, and what is none. */
const text = fc
  .tuple(value, fc.constantFrom(undefined, 1), fc.nat({ max: 9 }), fc.nat({ max: 300 }))
  .map(([content, space, how, at]) => {
    const json = JSON.stringify(content, undefined, space) ?? 'null';
    if (how === 0) return `\ufeff${json}`;
    if (how === 1) return json.replaceAll('_', '\\u005f').replaceAll('c', '\\u0063');
    if (how === 2) return json.slice(0, at);
    if (how === 3) return ` ${json}`;
    return json;
  });

function outcome(parse: () => unknown): unknown {
  try {
    return { value: parse() };
  } catch (error) {
    return { forbidden: (error as Error).message.includes('forbidden prototype') };
  }
}

test('parses and refuses as the library does', () => {
  fc.assert(
    fc.property(text, (json) => {
      const wanted = outcome(() =>
        sjson.parse(json, undefined, { protoAction: 'error', constructorAction: 'error' }),
      );
      expect(outcome(() => safeParse(json))).toEqual(wanted);
    }),
    { numRuns: 2000 },
  );
});

test.for(['{"__proto__":{}}', '{"\\u005f_proto__":{}}', '{"a":{"constructor":{"prototype":{}}}}'])(
  'refuses %s',
  (json) => {
    expect(() => safeParse(json)).toThrow('forbidden prototype');
  },
);
