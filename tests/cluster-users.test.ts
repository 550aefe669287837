import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { tokenFor } from './support/credentials.ts';
import { cook, kitchenKit } from './support/kitchen/start-kitchen.ts';
import { NativeClient } from './support/native-client.ts';
import { type ClusterNode, startCluster, startNode, useStores } from './support/start-cluster.ts';
import { roomsAt, roomsKit } from './support/start-rooms.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const stores = useStores();

// Each starts several servers.
vi.setConfig({ testTimeout: 60_000 });

const CONFIG = {
  namespaces: {
    room: {
      presence: true,
      typing: true,
      rights: { subscribe: 'anyone', presence: 'anyone', typing: 'anyone' },
    },
  },
  presence: { grace: 0 },
} as const;

const openAs = ({ url }: ClusterNode, user: string, claims = {}) =>
  NativeClient.welcomed(url, { token: tokenFor(user, claims) });

describe('over servers', () => {
  test('members of a channel are those of all, and each comes and goes once', async () => {
    const [a, b] = await startCluster(stores, CONFIG);
    const watcher = await openAs(a, 'watcher');
    const { data: list } = await watcher.ask('presence', { channel: 'room:1' });
    const { members, position } = list as { members: unknown[]; position: string };
    expect(members).toEqual([]);
    await watcher.subscribe({ channel: 'presence:room:1', since: position });
    const [here, there] = [await openAs(a, 'alice'), await openAs(b, 'alice')];
    const bob = await openAs(b, 'bob');
    for (const client of [here, there, bob]) await client.subscribe('room:1');
    expect(await watcher.event()).toMatchObject({ event: 'join', data: { user: 'alice' } });
    expect(await watcher.event()).toMatchObject({ event: 'join', data: { user: 'bob' } });
    const { body } = await b.api.get('/channels/room:1/presence');
    expect(body.members).toMatchObject([{ user: 'alice', sessions: 2 }, { user: 'bob' }]);
    here.ws.close();
    await here.closed;
    bob.ws.close();
    expect(await watcher.event()).toMatchObject({ event: 'leave', data: { user: 'bob' } });
    there.ws.close();
    expect(await watcher.event()).toMatchObject({ event: 'leave', data: { user: 'alice' } });
  });

  test('a typing mark is heard', async () => {
    const [a, b] = await startCluster(stores, CONFIG);
    const [alice, bob] = [await openAs(a, 'alice'), await openAs(b, 'bob')];
    await bob.subscribe('typing:room:1');
    await alice.ask('typing', { channel: 'room:1' });
    expect(await bob.event()).toMatchObject({ event: 'start', data: { user: 'alice' } });
    alice.ws.close();
    expect(await bob.event()).toMatchObject({ event: 'stop', data: { user: 'alice' } });
  });

  test('a revoked token or user is out everywhere', async () => {
    const [a, b] = await startCluster(stores, CONFIG);
    const token = await openAs(b, 'alice', { jti: 'lost' });
    const alice = [await openAs(a, 'alice'), await openAs(b, 'alice')];
    const bob = await openAs(b, 'bob');
    expect((await a.api.post('/tokens/revoke', { tokenId: 'lost' })).body).toEqual({ disconnected: 1 });
    expect(await token.closed).toMatchObject({ code: 4501 });
    const again = await NativeClient.connect(b.url, { token: tokenFor('alice', { jti: 'lost' }) });
    expect(await again.closed).toMatchObject({ code: 4501 });
    expect((await a.api.post('/users/alice/revoke', {})).body).toEqual({ disconnected: 2 });
    for (const client of alice) expect(await client.closed).toMatchObject({ code: 4501 });
    expect((await bob.ask('ping')).type).toBe('pong');
  });

  test('sessions are listed, counted and ended wherever they are', async () => {
    const [a, b] = await startCluster(stores, CONFIG);
    const [here, there, bob] = [await openAs(a, 'alice'), await openAs(b, 'alice'), await openAs(b, 'bob')];
    const list = async (query: string) => (await a.api.get(`/connections${query}`)).body;
    const all = (await list('')).connections as { session: string; node: string; user: string }[];
    expect(all).toHaveLength(3);
    expect(new Set(all.map(({ node }) => node)).size).toBe(2);
    expect(all.map(({ session }) => session)).toEqual(all.map(({ session }) => session).sort());
    const first = await list('?limit=2');
    expect((first.connections as unknown[]).length).toBe(2);
    expect((await list(`?limit=2&after=${first.next}`)).connections).toEqual(all.slice(2));
    expect((await list('?user=alice')).connections).toHaveLength(2);
    expect((await b.api.get('/realtime/stats')).body).toMatchObject({
      connected_clients: 2,
      all_nodes: { nodes: 2, connected_clients: 3 },
    });

    const session = all.find(({ user }) => user === 'bob')?.session;
    expect((await a.api.call('DELETE', `/connections/${session}?reconnect=false`)).status).toBe(204);
    expect(await bob.closed).toMatchObject({ code: 4502 });
    expect((await a.api.call('DELETE', `/connections/${session}`)).status).toBe(404);
    expect((await b.api.post('/users/alice/disconnect')).body).toEqual({ disconnected: 2 });
    for (const client of [here, there]) expect(await client.closed).toMatchObject({ code: 4007 });
  });

  test('who is put out of a room hears it nowhere any more', async () => {
    const nodes = await startCluster(stores, { kits: [roomsKit()] });
    const [a, b] = nodes.map(({ url }) => roomsAt(url)) as [
      ReturnType<typeof roomsAt>,
      ReturnType<typeof roomsAt>,
    ];
    const { body } = await a.as('ayse').call('POST', '/rooms', { name: 'Secret', private: true });
    const channel = `room:${body.id}`;
    await a.as('ayse').call('POST', `/rooms/${body.id}/invitations`, { user: 'berk' });
    await b.as('berk').call('POST', `/rooms/${body.id}/accept`);
    const berk = await b.connect('berk');
    await berk.subscribe(channel, 'user:berk');
    expect((await a.as('ayse').call('DELETE', `/rooms/${body.id}/members/berk`)).status).toBe(204);
    const { status } = await a.as('ayse').post('/commands/send_message', {
      roomId: body.id,
      message: 'Is he gone?',
    });
    expect(status).toBe(200);
    // What is told of the room after he was put out would have come before what he is told now.
    await a.as('ayse').call('POST', `/rooms/${body.id}/invitations`, { user: 'berk' });
    await berk.event(({ data }) => data?.kind === 'invitation' && data.state === 'open');
    expect(berk.messages.all.filter(({ event }) => event === 'message')).toEqual([]);
    await expect(berk.subscribe(channel)).rejects.toThrow('forbidden');
  });

  test('who edits a menu is known to every server', async () => {
    const [a, b] = await startCluster(stores, { kits: [kitchenKit()] });
    const as = ({ api }: ClusterNode) => api.as(cook('olga'));
    const { id } = (await as(a).post('/kitchen/groups', { name: 'Home' })).body;
    const client = await NativeClient.welcomed(a.url, { token: cook('olga') });
    const week = new Date().toISOString().slice(0, 4);
    const place = { group: String(id), week: `${week}-W20`, cell: 'mon-dinner' };
    const editing = async () => (await as(b).get(`/kitchen/menus/${id}/${place.week}`)).body.editing;
    expect(await client.ask('command', { name: 'menu.editing', data: place })).toMatchObject({ ok: true });
    await expect.poll(editing).toMatchObject([{ cell: 'mon-dinner', user_id: 'olga' }]);
    client.ws.close();
    await expect.poll(editing).toEqual([]);
  });

  test('a command repeated under its key at another server has one effect and the same answer', async () => {
    const [a, b] = await startCluster(stores, { kits: [join(import.meta.dirname, 'support/till-kit.ts')] });
    const take = ({ api }: ClusterNode, key: string) =>
      api.as(tokenFor('alice')).post('/commands/take', { amount: 5 }, { 'idempotency-key': key });
    const answers = await Promise.all([take(a, 'k1'), take(b, 'k1'), take(a, 'k1'), take(b, 'k1')]);
    for (const { body } of answers) expect(body).toEqual({ taken: 5 });
    expect((await take(b, 'k2')).body).toEqual({ taken: 5 });
    const { text } = await a.api.get('/till/takings');
    expect(JSON.parse(text)).toEqual([{ amount: 5 }, { amount: 5 }]);
  });

  test('a job runs once each turn, and an event is the own one of one server', async () => {
    const kit = join(temporaryDirectory(), 'jobs.ts');
    writeFileSync(
      kit,
      `export default {
        name: 'clock',
        namespaces: { clock: { history: { size: 100 }, rights: { subscribe: 'anyone' } } },
        jobs: [{
          name: 'tick',
          schedule: '* * * * * *',
          run: (tidings) => tidings.publish({
            channel: 'clock:1',
            event: 'tick',
            data: Math.round(tidings.clock.now() / 1000),
          }),
        }],
        onPublished(event, tidings) {
          if (event.event === 'tick' && tidings.isOwn(event))
            void tidings.publish({ channel: 'clock:1', event: 'own', data: event.data });
        },
      };\n`,
    );
    const [a] = await startCluster(stores, { kits: [kit] });
    const client = await openAs(a, 'alice');
    await client.subscribe('clock:1');
    const told = { tick: [] as unknown[], own: [] as unknown[] };
    for (let run = 0; run < 3; run += 1)
      for (const event of ['tick', 'own'] as const)
        told[event].push((await client.event((message) => message.event === event)).data);
    expect(new Set(told.tick).size).toBe(3);
    // The first may be told of a turn that was before the client came.
    expect(new Set(told.own).size).toBe(3);
  });

  test('all have the secrets of the first, and those on another database do not begin', async () => {
    const config = await stores.fresh(CONFIG);
    const [a, b] = [await startNode(config), await startNode(config)];
    const [first, second] = [a, b].map(({ data }) => readFileSync(join(data, 'secrets.json'), 'utf8'));
    expect(JSON.parse(second ?? '')).toEqual(JSON.parse(first ?? ''));
    const { database } = await stores.fresh();
    await expect(startNode({ ...config, database })).rejects.toThrow(/have another database/);
  });
});
