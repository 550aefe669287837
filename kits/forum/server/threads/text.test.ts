import { expect, it } from 'vitest';
import { excerpt, likePattern, linksIn, searchText } from './text.ts';

it('searches without regard to case, in every script', () => {
  expect(searchText('İSTANBUL Straße ПРИВЕТ')).toBe(searchText('istanbul straße привет'));
});

it('searches for what is written, never for a pattern', () => {
  expect(likePattern(' 100%_\\A ')).toBe('%100\\%\\_\\\\a%');
});

it('counts links', () => {
  expect(linksIn('see https://a.example/x, WWW.b.example and http://c')).toBe(3);
  expect(linksIn('nothing: http:// here')).toBe(0);
});

it('shows how a post begins, cutting no character in two', () => {
  expect(excerpt('short')).toBe('short');
  expect(excerpt('🙂'.repeat(300))).toBe(`${'🙂'.repeat(200)}…`);
});
