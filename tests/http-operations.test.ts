import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import type { Phase } from '../packages/server/src/http/parts.ts';
import { Api } from './support/api.ts';
import { BARE_API_KEY, startBareServer } from './support/bare-server.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { startServer } from './support/start-server.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

async function start(options: Parameters<typeof startBareServer>[0] = {}) {
  const server = await startBareServer(options);
  return { server, api: new Api({ url: server.url, bearer: BARE_API_KEY }) };
}

test.each(['//healthz', '//readyz'])('%s is 200 when the server is ready, else 503', async (path) => {
  let phase: Phase = 'starting';
  const { api } = await start({ parts: { phase: () => phase } });
  expect(await api.get(path)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  phase = 'ready';
  expect(await api.get(path)).toMatchObject({ status: 200, body: { status: 'ok' } });
  phase = 'draining';
  expect(await api.get(path)).toMatchObject({ status: 503 });
});

describe('/realtime/stats', () => {
  test('counts what is and what was', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 20, 20));
    const { server, api } = await start({ clock });
    const streams = [
      await openStream(server.url, 'channels=public:a,public:b'),
      await openStream(server.url, 'channels=public:a&token=user:alice'),
    ];
    for (const stream of streams) await stream.next('welcome');
    await api.publish('public:a', 'e');
    await api.publish('public:c', 'e');
    for (const stream of streams) await stream.messages(1);
    clock.advance(3 * 3_600_000 + 5 * 60_000);
    const { body } = await api.get('/realtime/stats');
    // The user's coming is an event of presence:public:a.
    expect(body).toEqual({
      node: 'alone',
      connected_clients: 2,
      uptime: '3h 5m',
      uptime_seconds: 11_100,
      events_sent_today: body.events_sent_today,
      events_delivered: 2,
      by_transport: { sse: 2 },
      channels: 2,
      subscriptions: 3,
      users: 1,
      all_nodes: { nodes: 1, connected_clients: 2, subscriptions: 3, events_delivered: 2 },
    });
    const before = Number(body.events_sent_today);
    expect(before).toBeGreaterThanOrEqual(2);
    clock.advance(3_600_000);
    expect((await api.get('/realtime/stats')).body).toMatchObject({ events_sent_today: 0, uptime: '4h 5m' });
    await api.publish('public:c', 'e');
    expect((await api.get('/realtime/stats')).body).toMatchObject({ events_sent_today: 1 });
  });

  test('is for the server and for users', async () => {
    const server = await startServer({ auth: { anonymous: false } });
    const api = new Api({ url: server.url, bearer: server.apiKey });
    expect(await api.get('/realtime/stats')).toMatchObject({ status: 200 });
    expect(await api.as(tokenFor('alice')).get('/realtime/stats')).toMatchObject({ status: 200 });
    expect(await api.as(undefined).get('/realtime/stats')).toMatchObject({ status: 401 });
  });
});

test('/metrics is what a Prometheus asks for', async () => {
  const { server, api } = await start({
    namespaces: { lossy: { overflow: 'drop-oldest', rights: { subscribe: 'anyone' } } },
  });
  const stream = await openStream(server.url, 'channels=lossy:a');
  await stream.next('welcome');
  await api.publish('lossy:a', 'e');
  await stream.messages(1);
  await api.as('user:alice').post('/commands/ping');
  await api.as('user:alice').post('/commands/invented-by-a-stranger');
  const closed = Promise.withResolvers<void>();
  server.core.hub.observe({ closed: () => closed.resolve() });
  stream.cut();
  await closed.promise;
  const { headers, text } = await api.as(undefined).get('//metrics');
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = text.split('\n');
  for (const line of [
    'tidings_connections{transport="sse"} 0',
    'tidings_channels 0',
    'tidings_subscriptions 0',
    'tidings_queue_bytes 0',
    'tidings_events_published_total 1',
    'tidings_events_delivered_total 1',
    'tidings_events_dropped_total 0',
    'tidings_commands_total{command="ping",outcome="ok"} 1',
    'tidings_commands_total{command="unknown",outcome="unknown_command"} 1',
    'tidings_disconnects_total{reason="disconnected"} 1',
  ])
    expect(lines).toContain(line);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).not.toContain('invented');
});

describe('the OpenAPI description', () => {
  test('has every route and command, with its errors', async () => {
    const { api } = await start();
    const { body } = await api.get('//docs/json');
    const paths = body.paths as Record<string, Record<string, Operation>>;
    expect(Object.keys(paths).sort()).toEqual(
      expect.arrayContaining([
        '/api/v1/channels',
        '/api/v1/channels/{channel}/history',
        '/api/v1/channels/{channel}/presence',
        '/api/v1/commands/history',
        '/api/v1/commands/publish',
        '/api/v1/connections',
        '/api/v1/connections/{session}',
        '/api/v1/publish',
        '/api/v1/publish/batch',
        '/api/v1/publish/channels',
        '/api/v1/realtime/stats',
        '/api/v1/tokens/revoke',
        '/api/v1/users/{user}/disconnect',
        '/api/v1/users/{user}/revoke',
        '/events',
        '/healthz',
        '/readyz',
      ]),
    );
    expect(paths).not.toHaveProperty('/api/v1/commands/subscribe');
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { summary, tags, responses }] of Object.entries(methods)) {
        const name = `${method} ${path}`;
        expect({ name, summary }).toMatchObject({ name, summary: expect.stringMatching(/./) });
        expect({ name, tags }).toMatchObject({ name, tags: [expect.any(String)] });
        if (path !== '/events')
          expect(Object.keys(responses), name).toContainEqual(expect.stringMatching(/^[45]/));
      }
  });

  test('is shown at /docs without anything from elsewhere', async () => {
    const { api } = await start();
    const page = await api.get('//docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).not.toMatch(/^(https?:)?\/\//);
      const { status } = await api.get(`/${new URL(link, 'http://host/docs/').pathname}`);
      expect([link, status]).toEqual([link, 200]);
    }
  });
});

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the AsyncAPI description', () => {
  test('is whole: every reference leads somewhere, every command and event is there', async () => {
    const { server, api } = await start({
      namespaces: { shop: { events: { 'price:change': Type.Object({ price: Type.Number() }) } } },
    });
    const { body } = await api.get('//asyncapi.json');
    expect(body).toMatchObject({ asyncapi: '3.1.0', info: { title: 'Tidings', version: '0.0.0' } });
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(references.length).toBeGreaterThan(20);
    for (const path of references) {
      const found = path
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
      expect([path, typeof found]).toEqual([path, 'object']);
    }
    const { operations, components } = body as {
      operations: Record<string, unknown>;
      components: { messages: Record<string, { payload: unknown }> };
    };
    for (const name of server.core.dispatch.commands.keys())
      expect(operations).toHaveProperty(`receive-${name}`);
    expect(components.messages['command-publish']?.payload).toMatchObject({
      required: ['type', 'channel', 'event'],
      properties: { type: { const: 'publish' }, channel: { type: 'string' } },
    });
    expect(components.messages['event-shop-price_change']?.payload).toMatchObject({
      properties: { event: { const: 'price:change' }, data: { properties: { price: { type: 'number' } } } },
    });
  });
});

describe('the page at /', () => {
  async function startWithPage() {
    const web = temporaryDirectory();
    mkdirSync(join(web, 'assets'));
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>Tidings</title>');
    writeFileSync(join(web, 'assets', 'main-1a2b.js'), 'export {};');
    return start({ parts: { web } });
  }

  test('is served, and may talk to its own server alone', async () => {
    const { api } = await startWithPage();
    const page = await api.get('//');
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<title>Tidings</title>') });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("connect-src 'self' ws: wss:");
    expect(policy).not.toContain('upgrade-insecure-requests');
    const script = await api.get('//assets/main-1a2b.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('hides no error', async () => {
    const { api } = await startWithPage();
    for (const path of ['//nowhere', '//assets/nothing.js', '/nowhere', '//..%2f..%2fetc/passwd'])
      expect(await api.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('is not missed when it was not built', async () => {
    const { api } = await start({ parts: { web: '/nowhere' } });
    expect(await api.get('//')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
