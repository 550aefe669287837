import { TidingsError } from '@tidings/server/kit';
import { expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

it.each([
  ['  hi \r\n there ', 'hi \n there'],
  ['I <3 you', 'I <3 you'],
  ['</3', '</3'],
  ['1 < 2 > 0', '1 < 2 > 0'],
  ['5 <мин>', '5 <мин>'],
  ['a\tb', 'a\tb'],
  ['👩‍🍳 &amp;', '👩‍🍳 &amp;'],
  // As a database keeps it, so that a repeat is the same.
  ['half \ud83d', 'half \ufffd'],
])('takes %j', (text, taken) => {
  expect(plainText(text, 'A post')).toBe(taken);
});

it.each(['', ' \n', '<b>', 'a</B>', '<!-- -->', '<?xml?>', '<svg/onload=x>', 'a\u0000b', 'a\u0085b', 'a\rb'])(
  'refuses %j',
  (text) => {
    expect(() => plainText(text, 'A post')).toThrow(TidingsError);
  },
);
