import { expect, it } from 'vitest';
import { forumOptions, optionsFrom } from './options.ts';

it('are read from the environment', () => {
  expect(
    optionsFrom({ FORUM_MAX_POST: '500', FORUM_NEW_USER_LINKS: '0', FORUM_HOLD_WORDS: 'spam, buy now ,' }),
  ).toEqual({ maxPost: 500, newUserLinks: 0, holdWords: ['spam', 'buy now'] });
  expect(
    optionsFrom({
      FORUM_SERVER_ALLOW: '10.0.0.0/8, 127.0.0.1',
      FORUM_ICE_SERVERS: '[{"urls":"stun:stun.example.org"}]',
      FORUM_TURN_SECRET: 'north',
    }),
  ).toEqual({
    serverAllow: ['10.0.0.0/8', '127.0.0.1'],
    iceServers: [{ urls: 'stun:stun.example.org' }],
    turnSecret: 'north',
  });
  expect(optionsFrom({})).toEqual({});
});

it('that cannot be are named', () => {
  expect(() => optionsFrom({ FORUM_MAX_POST: 'many' })).toThrow('FORUM_MAX_POST');
  expect(() => optionsFrom({ FORUM_ICE_SERVERS: 'stun:x' })).toThrow('FORUM_ICE_SERVERS');
  expect(() => forumOptions({ serverInterval: 10 })).toThrow('FORUM_SERVER_INTERVAL');
  expect(() => forumOptions({ maxPost: 10_001 })).toThrow('FORUM_MAX_POST must be from 1 to 10000');
});
