import { parseChannelName, isEventName as serverTakes } from '@tidings/protocol';
import { describe, expect, it } from 'vitest';
import { isChannel, isEventName, numbered, readJson } from './check-input.ts';

describe('what a visitor types', () => {
  it('reads JSON, and an empty text as null', () => {
    expect(readJson('{"a": [1]}')).toEqual({ ok: true, value: { a: [1] } });
    expect(readJson('  ')).toEqual({ ok: true, value: null });
  });

  it('says where a text stops being JSON, if the browser knows', () => {
    expect(readJson("{'a': 1}")).toEqual({ ok: false, line: 1, column: 2 });
    expect(readJson('{\n  "a": 1,\n}')).toEqual({ ok: false, line: 3, column: 1 });
    expect(readJson('oops')).toEqual({ ok: false });
    expect(readJson('{"a": 1')).toEqual({ ok: false, line: 1, column: 8 });
    expect(readJson('[1, 2')).toMatchObject({ ok: false, line: 1, column: 6 });
  });

  it('agrees with the server about names', () => {
    for (const name of ['demo:lobby', 'x:é', 'demo', 'Demo:a', 'demo:', 'demo:a b', 'demo:a,b', 'a:b:c']) {
      expect([name, isChannel(name)]).toEqual([name, parseChannelName(name) !== undefined]);
    }
    for (const name of ['hello', 'price.update', 'a:b-c_1', '', '1a', 'a b', 'disconnect', 'x'.repeat(65)]) {
      expect([name, isEventName(name)]).toEqual([name, serverTakes(name)]);
    }
  });

  it('numbers objects and repeats anything else', () => {
    expect(numbered({ a: 1 }, 2)).toEqual([
      { a: 1, n: 1 },
      { a: 1, n: 2 },
    ]);
    expect(numbered([1], 2)).toEqual([[1], [1]]);
  });
});
