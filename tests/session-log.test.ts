import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { tokenFor } from './support/credentials.ts';
import { spawnServer } from './support/spawn-server.ts';

test('the log tells of each session by its id, and of no token', async () => {
  const server = await spawnServer({ config: { log: { level: 'debug' } } });
  const token = tokenFor('alice');
  const ws = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?token=${token}`);
  const welcome = await new Promise<{ session: string }>((resolve, reject) => {
    ws.once('message', (data) => resolve(JSON.parse(String(data)))).once('error', reject);
  });
  ws.close();
  const told = () =>
    server.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { msg: string; session?: string; user?: string })
      .filter(({ session }) => session === welcome.session)
      .map(({ msg, user }) => [msg, user]);
  await expect.poll(told).toEqual([
    ['a session was opened', 'alice'],
    ['a session was closed', 'alice'],
  ]);
  expect(server.output).not.toContain(token.split('.')[1]);
});
