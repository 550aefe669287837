import { expect, it } from 'vitest';
import { forumOptions, optionsFrom } from './options.ts';

it('are read from the environment', () => {
  expect(
    optionsFrom({ FORUM_MAX_POST: '500', FORUM_NEW_USER_LINKS: '0', FORUM_HOLD_WORDS: 'spam, buy now ,' }),
  ).toEqual({ maxPost: 500, newUserLinks: 0, holdWords: ['spam', 'buy now'] });
  expect(optionsFrom({})).toEqual({});
});

it('that cannot be are named', () => {
  expect(() => optionsFrom({ FORUM_MAX_POST: 'many' })).toThrow('FORUM_MAX_POST');
  expect(() => forumOptions({ maxPost: 10_001 })).toThrow('FORUM_MAX_POST must be from 1 to 10000');
});
