/**
 * Bad input over Server-Sent Events: each gets its coded answer, and a bystander notices nothing.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { Bystander } from '../support/bystander.ts';
import { inSeconds, signToken, tokenFor } from '../support/credentials.ts';
import { expectDocumented } from '../support/documented.ts';
import { openStream } from '../support/event-stream.ts';
import { type RunningServer, startServer } from '../support/start-server.ts';
import { NAMESPACES } from './messages.ts';

let server: RunningServer;
let bystander: Bystander;

beforeAll(async () => {
  server = await startServer({ namespaces: NAMESPACES, limits: { channels: 10 } });
  bystander = await Bystander.watch(server);
});

afterAll(() => bystander.expectUnharmed());

const many = Array.from({ length: 11 }, (_, index) => `open:${index}`).join(',');
const forged = signToken({ sub: 'm' }, 'x'.repeat(40));

it.each([
  ['no channels', '', 400, 'invalid_request'],
  ['channels of no name', 'channels=,,,', 400, 'invalid_request'],
  ['a channel that is none', 'channels=nonsense', 400, 'bad_channel'],
  ['a channel with a line break', 'channels=open:a%0Adata:%20x', 400, 'bad_channel'],
  ['a namespace that is not there', 'channels=nowhere:1', 404, 'unknown_namespace'],
  ['too many channels', `channels=${many}`, 409, 'too_many_channels'],
  ['a negative last', 'channels=open:a&last=-1', 400, 'invalid_request'],
  ['a last that is no number', 'channels=open:a&last=many', 400, 'invalid_request'],
  ['a cursor that is none', 'channels=open:a&lastEventId=nonsense', 400, 'bad_cursor'],
  ['a cursor with a line break', 'channels=open:a&lastEventId=ff.1%0A', 400, 'bad_cursor'],
  ['a token that is none', 'channels=open:a&token=garbage', 401, 'invalid_token'],
  ['a forged token', `channels=open:a&token=${forged}`, 401, 'invalid_token'],
  [
    'an expired token',
    `channels=open:a&token=${tokenFor('m', { exp: inSeconds(-600) })}`,
    401,
    'token_expired',
  ],
])('%s is answered %s %s %s', async (_, query, status, code) => {
  expectDocumented(code);
  const stream = await openStream(server.url, query, { accept: 'text/event-stream' });
  await stream.ended;
  expect(stream.response.statusCode).toBe(status);
  expect(stream.response.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(stream.text)).toMatchObject({ type: `urn:tidings:error:${code}`, code, status });
});

it('a foreign origin is answered 403 origin_refused', async () => {
  const { response } = await openStream(server.url, 'channels=open:a', { origin: 'https://evil.example' });
  expect(response.statusCode).toBe(403);
  expect(response.headers).not.toHaveProperty('access-control-allow-origin');
});

describe('a cursor', () => {
  it.each([
    ['of another log', 'ffffffffffffffff.hobt1ksl2w'],
    ['of the future', undefined],
    ['of the beginning of time', undefined],
  ])('%s is told recovered: false, and nothing in part', async (which, foreign) => {
    const api = new Api({ url: server.url, bearer: server.apiKey });
    await api.publish('open:cursors', 'e');
    const first = await openStream(server.url, 'channels=open:cursors');
    const [log = ''] = ((await first.next('welcome')).id ?? '').split('.');
    const cursor = foreign ?? (which.includes('future') ? `${log}.zzzzzzzzzz` : `${log}.1`);
    const stream = await openStream(server.url, 'channels=open:cursors', { 'last-event-id': cursor });
    const welcome = await stream.next('welcome');
    expect(welcome.data).toMatchObject({ channels: [{ channel: 'open:cursors', recovered: false }] });
    await api.publish('open:cursors', 'after');
    expect((await stream.messages(1))[0]).toMatchObject({ type: 'after' });
  });
});

it('data with line breaks and separators stays in its block', async () => {
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const stream = await openStream(server.url, 'channels=open:breaks');
  await stream.next('welcome');
  const data = 'one\ntwo\r\n\r\nevent: forged\rdata: {}\u2028\u2029\u0085';
  await api.publish('open:breaks', 'e', data);
  await api.publish('open:breaks', 'e', 'after');
  expect(await stream.messages(2)).toMatchObject([{ payload: data }, { payload: 'after' }]);
});
