import { expect, test } from 'vitest';
import { createAddressGuard } from './address-guard.ts';

test.each(['93.184.216.34', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4017:80c::200e'])(
  'lets %s through',
  (address) => {
    expect(createAddressGuard()(address)).toBe(true);
  },
);

test.each([
  ['0.0.0.0', 'this host'],
  ['10.0.0.5', 'private'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['127.0.0.1', 'loopback'],
  ['127.8.9.1', 'loopback'],
  ['169.254.169.254', 'metadata'],
  ['168.63.129.16', 'metadata of Azure'],
  ['100.100.100.200', 'metadata behind a carrier-grade NAT'],
  ['192.0.0.192', 'metadata among reserved addresses'],
  ['198.18.0.1', 'benchmarks'],
  ['203.0.113.9', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::7f00:1', 'IPv4-compatible'],
  ['::ffff:127.0.0.1', 'IPv4-mapped'],
  ['::ffff:8.8.8.8', 'IPv4-mapped'],
  ['64:ff9b::7f00:1', 'NAT64'],
  ['64:ff9b:1::a00:1', 'local NAT64'],
  ['2002:7f00:1::', '6to4'],
  ['2001:0:7f00:1::', 'Teredo'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fec0::1', 'site-local'],
  ['fd00:ec2::254', 'metadata, unique local'],
  ['ff02::1', 'multicast'],
  ['2001:db8::1', 'documentation'],
  ['4000::1', 'not assigned'],
  ['localhost', 'no address'],
  ['', 'no address'],
])('stops %s: %s', (address) => {
  expect(createAddressGuard()(address)).toBe(false);
});

test('lets through what it is told to, and nothing beside it', () => {
  const guard = createAddressGuard(['127.0.0.2', '10.1.0.0/16', '::1']);
  expect(['127.0.0.2', '10.1.2.3', '::1'].map(guard)).toEqual([true, true, true]);
  expect(['127.0.0.1', '127.0.0.3', '10.2.0.1', '::2', '::ffff:127.0.0.2'].map(guard)).not.toContain(true);
});

test('refuses to be told what is no address', () => {
  expect(() => createAddressGuard(['localhost'])).toThrow();
});
