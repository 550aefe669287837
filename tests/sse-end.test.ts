import { once } from 'node:events';
import { disconnect } from '@tidings/protocol';
import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { type BareServer, startBareServer } from './support/bare-server.ts';
import { openStream } from './support/event-stream.ts';
import { Inbox } from './support/inbox.ts';
import { onTeardown } from './support/teardown.ts';

describe('the end', () => {
  const only = ({ core }: BareServer) => [...core.hub.sessions.values()][0]!;

  test('is told, with the time to come back', async () => {
    const server = await startBareServer();
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    server.core.hub.disconnect(only(server), disconnect('draining', 1234.5));
    expect(await stream.next('disconnect')).toMatchObject({
      retry: '1235',
      id: undefined,
      data: { code: 4000, reason: 'draining', reconnect: true, retryAfter: 1234.5 },
    });
    await stream.ended;
    expect(stream.response.complete).toBe(true);
  });

  test('of a client that must not come back: its EventSource tries once, and is closed by 204', async () => {
    const server = await startBareServer();
    const source = new EventSource(`${server.url}/events?channels=public:demo`);
    onTeardown(() => source.close());
    await once(source as unknown as NodeJS.EventEmitter & EventTarget, 'welcome');
    const told = new Inbox<unknown>('disconnect');
    const failed = new Inbox<{ code?: number }>('errors');
    source.addEventListener('disconnect', (event) => told.push(JSON.parse(String(event.data))));
    source.addEventListener('error', (event) => failed.push(event as { code?: number }));
    server.core.hub.disconnect(only(server), disconnect('kicked', 10));
    expect(await told.take()).toMatchObject({ reason: 'kicked', reconnect: false });
    await failed.take(({ code }) => code === 204);
    expect(source.readyState).toBe(EventSource.CLOSED);
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('comes for a session that is ended while its channels are read', async () => {
    const answer = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
    const server = await startBareServer({
      namespaces: {
        slow: {
          rights: {
            subscribe: () => {
              asked.resolve();
              return answer.promise;
            },
          },
        },
      },
    });
    const opening = openStream(server.url, 'channels=slow:a');
    await asked.promise;
    server.core.hub.disconnect(only(server), disconnect('token_expired'));
    answer.resolve(true);
    const stream = await opening;
    expect(await stream.next('disconnect')).toMatchObject({ data: { reason: 'token_expired' } });
    await stream.ended;
  });

  test('of a client that left is noticed', async () => {
    const server = await startBareServer();
    const closed = Promise.withResolvers<void>();
    server.core.hub.observe({ closed: () => closed.resolve() });
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    stream.cut();
    await closed.promise;
    expect(server.core.hub.sessions.size).toBe(0);
    expect(server.core.hub.channels.size).toBe(0);
  });
});
