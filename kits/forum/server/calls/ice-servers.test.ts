import { expect, it, test } from 'vitest';
import { iceServersFor, readIceServers } from './ice-servers.ts';

const HOUR = 3_600_000;
const stun = { urls: 'stun:stun.example.org' };
const turn = { urls: ['turn:turn.example.org', 'turns:turn.example.org:5349'] };

it('gives TURN servers a credential that ends', () => {
  const now = 1_700_000_000_000;
  const options = { iceServers: [stun, turn], turnSecret: 'north', turnLifetime: HOUR };
  expect(iceServersFor('ayse', options, now)).toEqual([
    stun,
    // echo -n 1700003600:ayse | openssl dgst -sha1 -hmac north -binary | base64
    { ...turn, username: '1700003600:ayse', credential: 'u2hmDdruO/JOY/pCEfMF0RGFGJ8=' },
  ]);
});

it('leaves alone what has a credential of its own, and everything where there is no secret', () => {
  const own = { ...turn, username: 'us', credential: 'ours' };
  expect(iceServersFor('ayse', { iceServers: [own], turnSecret: 'north', turnLifetime: HOUR }, 0)).toEqual([
    own,
  ]);
  expect(iceServersFor('ayse', { iceServers: [turn], turnLifetime: HOUR }, 0)).toEqual([turn]);
});

test.each(['', '{}', '[1]', '[{}]', '[{"urls":"http://x"}]', '[{"urls":[]}]', '[null]'])(
  '%s is no list of servers',
  (text) => {
    expect(() => readIceServers(text)).toThrow('FORUM_ICE_SERVERS');
  },
);

it('reads a list', () => {
  expect(readIceServers(JSON.stringify([stun, turn]))).toEqual([stun, turn]);
});
