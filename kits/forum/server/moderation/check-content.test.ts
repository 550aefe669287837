import { expect, it } from 'vitest';
import { hasWord } from './check-content.ts';

it.each([
  ['spam', 'spam', true],
  ['no spam!', 'spam', true],
  ['spammer, spam', 'spam', true],
  ['spammer', 'spam', false],
  ['antispam', 'spam', false],
  ['spam5', 'spam', false],
  ['𝒳spam', 'spam', false],
  ['🙂spam🙂', 'spam', true],
  ['плохое слово', 'слово', true],
  ['словом', 'слово', false],
  ['two words here', 'two words', true],
  ['spam\u0301', 'spam', false],
  ['', 'spam', false],
])('in %j the word %j: %j', (text, word, found) => {
  expect(hasWord(text, word)).toBe(found);
});
