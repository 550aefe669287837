import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { tokenFor } from './support/credentials.ts';
import { JumpingClock } from './support/jumping-clock.ts';
import { cook, kitchenKit } from './support/kitchen/start-kitchen.ts';
import { NativeClient } from './support/native-client.ts';
import { spawnServer } from './support/spawn-server.ts';
import { type ClusterNode, startNode, useCluster, useStores } from './support/start-cluster.ts';
import { roomsAt, roomsKit } from './support/start-rooms.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const stores = useStores();

// Some start servers of their own.
vi.setConfig({ testTimeout: 60_000 });

const CONFIG = {
  namespaces: {
    hall: {
      presence: true,
      typing: true,
      rights: { subscribe: 'anyone', presence: 'anyone', typing: 'anyone' },
    },
  },
  presence: { grace: 0 },
} as const;

const cluster = useCluster(stores, () => ({
  ...CONFIG,
  kits: [roomsKit(), kitchenKit(), join(import.meta.dirname, 'support/till-kit.ts'), clockKit()],
}));

/** A kit whose job tells the second, and whose server of its own tells it again. */
function clockKit(): string {
  const file = join(temporaryDirectory(), 'clock.ts');
  writeFileSync(
    file,
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
  return file;
}

const openAs = ({ url }: Pick<ClusterNode, 'url'>, user: string, claims = {}) =>
  NativeClient.welcomed(url, { token: tokenFor(user, claims) });

describe('over servers', () => {
  test('members of a channel are those of all, and each comes and goes once', async () => {
    const [a, b] = cluster.nodes;
    const watcher = await openAs(a, 'watcher');
    const { data: list } = await watcher.ask('presence', { channel: 'hall:1' });
    const { members, position } = list as { members: unknown[]; position: string };
    expect(members).toEqual([]);
    await watcher.subscribe({ channel: 'presence:hall:1', since: position });
    const [here, there] = [await openAs(a, 'alice'), await openAs(b, 'alice')];
    const bob = await openAs(b, 'bob');
    for (const client of [here, there]) await client.subscribe('hall:1');
    expect(await watcher.event()).toMatchObject({ event: 'join', data: { user: 'alice' } });
    await bob.subscribe('hall:1');
    expect(await watcher.event()).toMatchObject({ event: 'join', data: { user: 'bob' } });
    await expect
      .poll(async () => (await b.api.get('/channels/hall:1/presence')).body.members)
      .toMatchObject([{ user: 'alice', sessions: 2 }, { user: 'bob' }]);
    here.ws.close();
    await here.closed;
    bob.ws.close();
    expect(await watcher.event()).toMatchObject({ event: 'leave', data: { user: 'bob' } });
    there.ws.close();
    expect(await watcher.event()).toMatchObject({ event: 'leave', data: { user: 'alice' } });
  });

  test('who was on a server that was killed is gone, and who came back elsewhere is not', async () => {
    const config = await stores.fresh(CONFIG);
    const clock = new JumpingClock(Date.now());
    const a = await spawnServer({ config });
    const b = await startNode(config, { clock });
    const watcher = await openAs(b, 'watcher');
    await watcher.subscribe('presence:hall:1', 'typing:hall:1');
    const told = (event: string) => watcher.event((message) => message.event === event);
    const [alice, bob] = [await openAs(a, 'alice'), await openAs(a, 'bob')];
    for (const client of [alice, bob]) {
      await client.subscribe('hall:1');
      await told('join');
    }
    await alice.ask('typing', { channel: 'hall:1' });
    await told('start');
    await a.kill('SIGKILL');
    const back = await openAs(b, 'bob');
    await back.subscribe('hall:1');
    clock.jump(5 * 60_000);
    expect(await told('leave')).toMatchObject({ data: { user: 'alice' } });
    expect(await told('stop')).toMatchObject({ data: { user: 'alice' } });
    await expect
      .poll(async () => (await b.api.get('/channels/hall:1/presence')).body.members)
      .toMatchObject([{ user: 'bob', sessions: 1 }]);
    expect(watcher.messages.all.filter(({ event }) => event === 'leave')).toHaveLength(1);
  });

  test('a typing mark is heard', async () => {
    const [a, b] = cluster.nodes;
    const [alice, bob] = [await openAs(a, 'alice'), await openAs(b, 'bob')];
    await bob.subscribe('typing:hall:2');
    await alice.ask('typing', { channel: 'hall:2' });
    expect(await bob.event()).toMatchObject({ event: 'start', data: { user: 'alice' } });
    alice.ws.close();
    expect(await bob.event()).toMatchObject({ event: 'stop', data: { user: 'alice' } });
  });

  test('a revoked token or user is out everywhere', async () => {
    const [a, b] = cluster.nodes;
    const token = await openAs(b, 'carol', { jti: 'lost' });
    const carol = [await openAs(a, 'carol'), await openAs(b, 'carol')];
    const bob = await openAs(b, 'bob');
    expect((await a.api.post('/tokens/revoke', { tokenId: 'lost' })).body).toEqual({ disconnected: 1 });
    expect(await token.closed).toMatchObject({ code: 4501 });
    const again = await NativeClient.connect(b.url, { token: tokenFor('carol', { jti: 'lost' }) });
    expect(await again.closed).toMatchObject({ code: 4501 });
    expect((await a.api.post('/users/carol/revoke', {})).body).toEqual({ disconnected: 2 });
    for (const client of carol) expect(await client.closed).toMatchObject({ code: 4501 });
    expect((await bob.ask('ping')).type).toBe('pong');
  });

  test('sessions are listed, counted and ended wherever they are', async () => {
    const [a, b] = cluster.nodes;
    const list = async (query: string) => (await a.api.get(`/connections${query}`)).body;
    // Those of the tests before.
    await expect.poll(() => list('')).toMatchObject({ connections: [] });
    const [here, there, bob] = [await openAs(a, 'alice'), await openAs(b, 'alice'), await openAs(b, 'bob')];
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
    const [a, b] = cluster.nodes.map(({ url }) => roomsAt(url)) as [
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
    const [a, b] = cluster.nodes;
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
    const [a, b] = cluster.nodes;
    const take = ({ api }: ClusterNode, key: string) =>
      api.as(tokenFor('alice')).post('/commands/take', { amount: 5 }, { 'idempotency-key': key });
    const answers = await Promise.all([take(a, 'k1'), take(b, 'k1'), take(a, 'k1'), take(b, 'k1')]);
    for (const { body } of answers) expect(body).toEqual({ taken: 5 });
    expect((await take(b, 'k2')).body).toEqual({ taken: 5 });
    const { text } = await a.api.get('/till/takings');
    expect(JSON.parse(text)).toEqual([{ amount: 5 }, { amount: 5 }]);
  });

  test('a job runs once each turn, and an event is the own one of one server', async () => {
    const [a] = cluster.nodes;
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
