import { expect, test } from 'vitest';
import { startServer } from './support/start-server.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

interface Server {
  readonly url: string;
  readonly apiKey: string;
}

const get = async ({ url, apiKey }: Server, path: string) =>
  fetch(new URL(path, url), { headers: { authorization: `Bearer ${apiKey}` } });

const sentToday = async (server: Server): Promise<unknown> =>
  ((await (await get(server, '/api/v1/realtime/stats')).json()) as Record<string, unknown>).events_sent_today;

const publish = ({ url, apiKey }: Server) =>
  fetch(new URL('/api/v1/publish', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'public:demo', event: 'hello' }),
  });

test('events_sent_today is counted on by the process after', async () => {
  const data = temporaryDirectory();
  const first = await startServer({ data });
  await publish(first);
  await publish(first);
  expect(await sentToday(first)).toBe(2);
  await first.stop();
  const second = await startServer({ data });
  expect(await sentToday(second)).toBe(2);
  await publish(second);
  expect(await sentToday(second)).toBe(3);
});

test('/metrics is for the operator alone outside development', async () => {
  const server = await startServer({ development: false });
  expect((await fetch(new URL('/metrics', server.url))).status).toBe(401);
  const answer = await get(server, '/metrics');
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('tidings_connections');
});
