import { expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { NativeClient } from './support/native-client.ts';
import { startServer } from './support/start-server.ts';

const anonymous = (url: string) => new Api({ url, bearer: undefined });

it('signs a visitor in by a name, in development', async () => {
  const { url } = await startServer();
  const { status, body } = await anonymous(url).post('/development/token', { user: 'alice', name: 'Алиса' });
  expect(status).toBe(200);
  const client = await NativeClient.connect(url, { token: String(body.token) });
  expect(await client.messages.take(({ type }) => type === 'welcome')).toMatchObject({ user: 'alice' });
});

it.each([
  ['no name', {}],
  ['a name that is none', { user: '__proto__' }],
  ['a name too long', { user: 'a'.repeat(33) }],
  ['claims', { user: 'alice', channels: { '*': ['publish'] } }],
])('refuses %s', async (_what, body) => {
  const { url } = await startServer();
  const answer = await anonymous(url).post('/development/token', body);
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
});

it.each([
  ['outside development', { development: false }],
  ['where others reach the machine', { development: true, host: '0.0.0.0' }],
])('is not there %s', async (_where, options) => {
  const { url } = await startServer(options);
  const answer = await anonymous(url.replace('0.0.0.0', '127.0.0.1')).post('/development/token', {
    user: 'alice',
  });
  expect(answer.status).toBe(404);
});

it('lists the kits that are loaded', async () => {
  const { url } = await startServer({ kits: ['examples/kit/polls.ts'] });
  expect((await anonymous(url).get('/kits')).body).toEqual({ kits: ['polls'] });
});
