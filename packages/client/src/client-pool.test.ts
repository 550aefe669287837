import { expect, it } from 'vitest';
import { createClientPool } from './client-pool.ts';

it('has one client for each address, however it is written', async () => {
  const pool = createClientPool({});
  const client = pool.get('http://a.example');
  for (const url of ['http://a.example/', 'ws://a.example', 'HTTP://A.example:80'])
    expect(pool.get(url)).toBe(client);
  expect(pool.get('https://a.example')).not.toBe(client);
  await pool.close();
  expect(client.status.getSnapshot().state).toBe('closed');
});

it('closes the one that was asked for least recently when there are more than five', async () => {
  const pool = createClientPool({});
  const clients = ['a', 'b', 'c', 'd', 'e'].map((name) => pool.get(`http://${name}.example`));
  expect(pool.get('http://a.example')).toBe(clients[0]);
  pool.get('http://f.example');
  expect(clients.map(({ status }) => status.getSnapshot().state)).toEqual([
    'idle',
    'closed',
    'idle',
    'idle',
    'idle',
  ]);
  expect(pool.get('http://b.example')).not.toBe(clients[1]);
  await pool.close();
});
