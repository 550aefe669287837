import { expect, it } from 'vitest';
import { mentionAt } from './mention-at.ts';

it.each([
  ['@ay', { words: 'ay', start: 0, end: 3 }],
  ['Merhaba @Ayş', { words: 'Ayş', start: 8, end: 12 }],
  ['(@олена', { words: 'олена', start: 1, end: 7 }],
])('finds who is being named in %j', (text, mention) => {
  expect(mentionAt(text, text.length)).toEqual(mention);
});

it.each(['@', 'a@b', 'me@example.org', '@ayse ', 'no one'])('finds nobody in %j', (text) => {
  expect(mentionAt(text, text.length)).toBeUndefined();
});

it('looks at what stands before the caret alone', () => {
  expect(mentionAt('@ay later', 3)).toEqual({ words: 'ay', start: 0, end: 3 });
  expect(mentionAt('@ay later', 9)).toBeUndefined();
});
