/**
 * A stream that begins at positions, as that of a client which comes from another transport.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { openStream } from './support/event-stream.ts';
import { NativeClient } from './support/native-client.ts';
import { startServer } from './support/start-server.ts';

async function publishThree() {
  const server = await startServer();
  const client = await NativeClient.welcomed(server.url);
  const receipts = [];
  for (const channel of ['demo:a', 'demo:b', 'demo:a'])
    receipts.push((await client.ask('publish', { channel, event: 'said', data: channel })).data);
  return { server, epochs: { a: String(receipts[0]?.epoch), b: String(receipts[1]?.epoch) } };
}

it('gives each channel what is after its position', async () => {
  const { server, epochs } = await publishThree();
  const stream = await openStream(server.url, `channels=demo:a,demo:b&since=${epochs.a}:1,${epochs.b}:0`);
  const { data } = await stream.next('welcome');
  expect(data?.channels).toEqual([
    { channel: 'demo:a', position: `${epochs.a}:2`, recovered: true },
    { channel: 'demo:b', position: `${epochs.b}:1`, recovered: true },
  ]);
  const events = await stream.messages(2);
  expect(events.map(({ channel, offset }) => [channel, offset])).toEqual([
    ['demo:b', 1],
    ['demo:a', 2],
  ]);
});

it('begins a channel without a position now, and says of an old epoch that it is gone', async () => {
  const { server } = await publishThree();
  const stream = await openStream(server.url, 'channels=demo:a,demo:b&since=,gone:7');
  const { data } = await stream.next('welcome');
  expect(data?.channels).toMatchObject([
    { channel: 'demo:a', recovered: false },
    { channel: 'demo:b', recovered: false },
  ]);
});

it('lets Last-Event-ID go before positions, as an EventSource that comes back has both', async () => {
  const { server, epochs } = await publishThree();
  const first = await openStream(server.url, `channels=demo:a&since=${epochs.a}:0`);
  const block = await first.blocks.take(({ data }) => data?.offset === 1);
  const again = await openStream(server.url, `channels=demo:a&since=${epochs.a}:0`, {
    'last-event-id': String(block.id),
  });
  expect((await again.next('welcome')).data?.channels).toMatchObject([{ recovered: true }]);
  expect(again.text).not.toContain('"offset":1,');
});

it.each([
  ['since=1,2', 400, 'invalid_request'],
  ['since=nonsense', 400, 'bad_position'],
])('refuses %s', async (since, status, code) => {
  const server = await startServer();
  const answer = await fetch(`${server.url}/events?channels=demo:a&${since}`);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code });
});
