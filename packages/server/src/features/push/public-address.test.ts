import { describe, expect, it, test } from 'vitest';
import { isPublicAddress, mayBePublic, PrivateAddressError, publicLookup } from './public-address.ts';

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.255',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::169.254.169.254',
  '2002:7f00:1::',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '',
  'localhost',
])('%s is no address of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.32.0.1', '142.250.1.1', '::ffff:8.8.8.8', '2606:4700::1111', '2a00:1450::1'])(
  '%s is one',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  'https://localhost/',
  'https://LOCALHOST./',
  'https://a.localhost/',
  'https://router/',
  'https://nas.local/',
  'https://metadata.google.internal/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
  'https://１２７.0.0.1/',
])('%s is not on the public internet, however it is written', (url) => {
  expect(mayBePublic(new URL(url).hostname)).toBe(false);
});

test('names of the public internet may be on it', () => {
  for (const host of ['fcm.googleapis.com', 'web.push.apple.com', '8.8.8.8', '[2606:4700::1111]'])
    expect(mayBePublic(host)).toBe(true);
});

describe('publicLookup', () => {
  const find = (...addresses: readonly string[]) =>
    publicLookup((_host, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  const ask = (lookup: ReturnType<typeof publicLookup>, options: Parameters<typeof lookup>[1]) =>
    new Promise((resolve, reject) =>
      lookup('push.example', options, (error, ...found) => (error ? reject(error) : resolve(found))),
    );

  it('gives public addresses alone', async () => {
    const mixed = find('10.0.0.1', '8.8.8.8', '::1', '2606:4700::1111');
    expect(await ask(mixed, { all: true })).toEqual([
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ]);
    expect(await ask(mixed, {})).toEqual(['8.8.8.8', 4]);
    expect(await ask(mixed, { family: 6 })).toEqual(['2606:4700::1111', 6]);
  });

  it('fails where there is none, and as the system does', async () => {
    await expect(ask(find('10.0.0.1', '::1'), { all: true })).rejects.toBeInstanceOf(PrivateAddressError);
    const unknown = publicLookup((_host, done) => done(new Error('ENOTFOUND'), []));
    await expect(ask(unknown, {})).rejects.toThrow('ENOTFOUND');
  });
});
