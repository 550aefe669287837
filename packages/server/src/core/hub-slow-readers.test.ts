import { describe, expect, it } from 'vitest';
import { follow, following, publish } from './testing/following.ts';
import { settled, type TestClient, type TestCore } from './testing/test-core.ts';

const QUEUE = 65_536;

const block = ({ connection }: TestClient) => {
  connection.blocked = true;
};
const drain = (core: TestCore, { connection, session }: TestClient) => {
  connection.drain();
  core.host.writable(session);
};

describe('a reader that stops reading', () => {
  it('gets what waited once it reads again, in order, replies included', async () => {
    const core = await following('room:1', 'room:2');
    block(core.client);
    await publish(core, 'room:1');
    await settled();
    const written = core.client.connection.batches.length;
    await publish(core, 'room:2', 'room:1');
    await settled();
    core.client.say({ type: 'ping', id: 7 });
    await publish(core, 'room:2');
    await settled();
    expect(core.client.connection.batches).toHaveLength(written);
    drain(core, core.client);
    await publish(core, 'room:1');
    await settled();
    const heard = core.client.connection.heard
      .slice(2)
      .map(({ channel, data, type }) => (channel ? `${channel}=${data}` : type));
    expect(heard).toEqual(['room:1=1', 'room:2=1', 'room:1=2', 'pong', 'room:2=1', 'room:1=1']);
  });

  it('stops again while it is being fed', async () => {
    const core = await following('room:1');
    const { client } = core;
    block(client);
    const piece = 'x'.repeat(20_000);
    await core.publish('room:1', 0);
    await settled();
    for (let n = 0; n < 3; n += 1) await core.publish('room:1', piece);
    await settled();
    client.connection.buffered = 0;
    core.host.writable(client.session);
    const fed = client.connection.data().length;
    expect(fed).toBeGreaterThan(1);
    drain(core, client);
    await core.publish('room:1', 'end');
    await settled();
    expect(client.connection.data()).toEqual([0, piece, piece, piece, 'end']);
  });

  it('is told to come back where history has what it missed', async () => {
    const core = await following('room:1');
    const other = core.connect();
    await follow(other, 1, 'room:1');
    block(core.client);
    for (let n = 0; n < 9; n += 1) {
      await core.publish('room:1', 'x'.repeat(10_000));
      await settled();
    }
    expect(core.client.connection.closed).toEqual({ code: 4001, reason: 'slow_consumer', reconnect: true });
    expect(core.client.session.queue?.bytes).toBe(0);
    expect(other.connection.data()).toHaveLength(9);
  });

  it('loses the oldest where its namespace says so, and is never cut', async () => {
    const core = await following('lossy:1');
    block(core.client);
    await core.publish('lossy:1', 'first');
    await settled();
    for (let n = 0; n < 100; n += 1) await core.publish('lossy:1', [n, 'x'.repeat(1000)]);
    await settled();
    expect(core.client.connection.closed).toBeUndefined();
    expect(core.client.session.queue?.bytes).toBeLessThanOrEqual(QUEUE);
    drain(core, core.client);
    const [first, ...rest] = core.client.connection.data() as [number, string][];
    expect(first).toBe('first');
    expect(rest.length).toBeGreaterThan(10);
    expect(rest.map(([n]) => n)).toEqual(Array.from(rest, (_, index) => 100 - rest.length + index));
  });

  it('gets the newest of each key where its namespace conflates', async () => {
    const core = await following('price:1', 'price:2');
    block(core.client);
    await core.publish('price:1', 'first');
    await settled();
    for (let n = 0; n < 1000; n += 1) {
      await core.publish('price:1', ['eur', n], 'eur');
      await core.publish('price:2', ['eur', n], 'eur');
      if (n < 500) await core.publish('price:1', ['usd', n], 'usd');
    }
    await settled();
    drain(core, core.client);
    expect(core.client.connection.closed).toBeUndefined();
    expect(core.client.connection.data('price:1')).toEqual(['first', ['usd', 499], ['eur', 999]]);
    expect(core.client.connection.data('price:2')).toEqual([['eur', 999]]);
  });

  it('is cut where even the newest of each key is too much', async () => {
    const core = await following('price:1');
    block(core.client);
    await core.publish('price:1', 'first');
    await settled();
    for (let n = 0; n < 9; n += 1) await core.publish('price:1', 'x'.repeat(10_000), `key ${n}`);
    await settled();
    expect(core.client.connection.closed).toMatchObject({ reason: 'slow_consumer' });
  });

  it('is cut by its own replies too', async () => {
    const core = await following('lossy:1');
    for (let n = 0; n < 5; n += 1) await core.publish('lossy:1', 'x'.repeat(10_000));
    block(core.client);
    await core.publish('lossy:1', 'first');
    await settled();
    for (let id = 2; id < 9; id += 1) {
      core.client.say({ type: 'history', id, channel: 'lossy:1', last: 5 });
      await settled();
    }
    expect(core.client.connection.closed).toMatchObject({ reason: 'slow_consumer' });
  });
});
