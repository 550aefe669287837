import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { BARE_API_KEY, startBareServer } from './support/bare-server.ts';

test('smoke', async () => {
  const server = await startBareServer();
  const api = new Api({ url: server.url, bearer: BARE_API_KEY });
  const source = new EventSource(`${server.url}/events?channels=public:demo`);
  const welcome = await new Promise<MessageEvent>((resolve) => source.addEventListener('welcome', resolve));
  expect(JSON.parse(welcome.data)).toMatchObject({
    channels: [{ channel: 'public:demo', recovered: false }],
  });
  const heard = new Promise<MessageEvent>((resolve) => source.addEventListener('message', resolve));
  const receipt = await api.publish('public:demo', 'hello', { n: 1 });
  const message = await heard;
  expect(JSON.parse(message.data)).toMatchObject({ type: 'hello', payload: { n: 1 }, ...receipt });
  source.close();
  const bad = await fetch(`${server.url}/events?channels=nope:demo`);
  expect([bad.status, await bad.json()]).toEqual([404, expect.anything()]);
  console.log(await (await fetch(`${server.url}/healthz`)).text());
  console.log(await (await fetch(`${server.url}/nope`)).text());
});
