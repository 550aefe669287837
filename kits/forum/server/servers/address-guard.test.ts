import { expect, test } from 'vitest';
import { createAddressGuard, findAddress, RefusedAddress } from './address-guard.ts';

test.each(['93.184.216.34', '1.1.1.1'])('lets %s through', (address) => {
  expect(createAddressGuard([])(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '10.0.0.5',
  '127.0.0.1',
  '169.254.169.254',
  '168.63.129.16',
  '100.64.0.1',
  '192.168.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::ffff:127.0.0.1',
  '127.1',
  '0x7f000001',
  '2130706433',
  'localhost',
])('stops %s', (address) => {
  expect(createAddressGuard([])(address)).toBe(false);
});

test('lets through what it is told to, and nothing beside it', () => {
  const guard = createAddressGuard(['127.0.0.2', '10.1.0.0/16']);
  expect(['127.0.0.2', '10.1.2.3'].map(guard)).toEqual([true, true]);
  expect(['127.0.0.1', '10.2.0.1', '168.63.129.16'].map(guard)).not.toContain(true);
});

test('refuses to be told what is no address', () => {
  expect(() => createAddressGuard(['localhost'])).toThrow('FORUM_SERVER_ALLOW');
});

test('a name of this machine leads nowhere, unless its address is allowed', async () => {
  await expect(findAddress('localhost', createAddressGuard([]))).rejects.toThrow(RefusedAddress);
  expect(await findAddress('localhost', createAddressGuard(['127.0.0.0/8']))).toBe('127.0.0.1');
});
