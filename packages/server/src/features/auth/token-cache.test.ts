import { expect, it } from 'vitest';
import { someone } from '../../core/testing/test-core.ts';
import { TokenCache } from './token-cache.ts';

it('remembers the most recent tokens, for a while', () => {
  const cache = new TokenCache(2, 1000);
  for (const name of ['a', 'b', 'a', 'c']) cache.set(name, someone(name), 0);
  expect(cache.get('a', 999)?.user).toBe('a');
  expect(cache.get('b', 999)).toBeUndefined();
  expect(cache.get('c', 999)?.user).toBe('c');
  expect(cache.get('a', 1000)).toBeUndefined();
});
