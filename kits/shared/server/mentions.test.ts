import { expect, test } from 'vitest';
import { mentionsIn } from './mentions.ts';

test.each([
  ['hi @berk', ['berk']],
  ['@ayşe, @berk: @berk!', ['ayşe', 'berk']],
  ['mail ayse@example.com', []],
  ['@ alone, @@twice', []],
  ['(@user-7.x).', ['user-7.x']],
])('%s', (message, users) => {
  expect(mentionsIn(message)).toEqual(users);
});

test('a message that names everyone tells some', () => {
  expect(mentionsIn(Array.from({ length: 100 }, (_, n) => `@u${n}`).join(' '))).toHaveLength(20);
});

test('a message made to be hard is read in no time', () => {
  const begin = performance.now();
  mentionsIn('@a.'.repeat(3000));
  mentionsIn(`@${'a-'.repeat(5000)}`);
  expect(performance.now() - begin).toBeLessThan(500);
});
