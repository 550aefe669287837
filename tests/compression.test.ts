import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

const LONG = 'price '.repeat(500);

async function connect(url: string, perMessageDeflate: boolean) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/realtime`, { perMessageDeflate });
  onTeardown(() => ws.terminate());
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  ws.on('message', (data) => {
    heard.push(String(data));
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  return {
    ws,
    send: (message: object) => ws.send(JSON.stringify(message)),
    /** The first message with this text in it. */
    async until(text: string): Promise<string> {
      for (;;) {
        const found = heard.find((message) => message.includes(text));
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

test('permessage-deflate is spoken with clients that ask for it, both ways, and not with others', async () => {
  const { url } = await startServer({ websocket: { compression: true } });
  const asking = await connect(url, true);
  const plain = await connect(url, false);
  expect(asking.ws.extensions).toBe('permessage-deflate');
  expect(plain.ws.extensions).toBe('');
  for (const client of [asking, plain]) {
    client.send({ type: 'subscribe', id: 1, channels: ['demo:lobby'] });
    await client.until('"type":"reply"');
  }
  asking.send({ type: 'publish', channel: 'demo:lobby', event: 'said', data: LONG });
  const [one, other] = await Promise.all([asking.until('"type":"event"'), plain.until('"type":"event"')]);
  expect(JSON.parse(one)).toMatchObject({ data: LONG, offset: 1 });
  expect(other).toBe(one);
});

test('without the option nobody is compressed', async () => {
  const { url } = await startServer();
  expect((await connect(url, true)).ws.extensions).toBe('');
});

test('a message that grows beyond the limit when it is inflated ends its sender with 1009', async () => {
  const { url } = await startServer({ websocket: { compression: true } });
  const { ws, send } = await connect(url, true);
  send({ type: 'publish', channel: 'demo:lobby', event: 'said', data: 'x'.repeat(1_000_000) });
  expect(await new Promise((resolve) => ws.once('close', resolve))).toBe(1009);
});
