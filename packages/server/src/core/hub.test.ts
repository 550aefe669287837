import { describe, expect, it } from 'vitest';
import { nativeDialect } from '../dialects/native.ts';
import type { Joined } from './hub.ts';
import type { HubObserver } from './hub-observer.ts';
import { createTestCore, settled, type TestClient, type TestCore } from './testing/test-core.ts';

const QUEUE = 65_536;

/** A core with a client that follows channels. */
async function following(...channels: string[]) {
  const core = await createTestCore({ namespaces: NAMESPACES });
  const client = core.connect();
  await follow(client, 1, ...channels);
  return { ...core, client };
}

const open = { rights: { subscribe: 'anyone' } } as const;
const NAMESPACES = {
  room: open,
  lossy: { ...open, overflow: 'drop-oldest' },
  price: { ...open, overflow: 'conflate' },
} as const;

async function follow(client: TestClient, id: number, ...channels: unknown[]) {
  client.say({ type: 'subscribe', id, channels });
  await settled();
}

/** Numbers what is published on channels, from 1. */
async function publish(core: TestCore, ...channels: string[]) {
  const receipts = channels.map((channel, index) => core.publish(channel, index + 1));
  await Promise.all(receipts);
}

/** Notes what an observer is told of subscriptions. */
function watch(core: TestCore): string[] {
  const told: string[] = [];
  const observer: HubObserver = {
    subscribed: ({ channel }) => told.push(`+${channel}`),
    unsubscribed: ({ channel }) => told.push(`-${channel}`),
    closed: () => told.push('closed'),
  };
  core.hub.observe(observer);
  return told;
}

const fulfilled = (outcomes: readonly PromiseSettledResult<Joined>[]) =>
  outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));

const block = ({ connection }: TestClient) => {
  connection.blocked = true;
};
const drain = (core: TestCore, { connection, session }: TestClient) => {
  connection.drain();
  core.host.writable(session);
};

describe('fan-out', () => {
  it('one write a connection a tick, whatever the number of events and channels', async () => {
    const core = await following('room:1', 'room:2');
    const before = core.client.connection.batches.length;
    await publish(core, 'room:1', 'room:2', 'room:2', 'room:1');
    expect(core.client.connection.batches).toHaveLength(before);
    await settled();
    expect(core.client.connection.batches).toHaveLength(before + 1);
    expect(core.client.connection.data()).toEqual([1, 2, 3, 4]);
  });

  it('the same bytes for all who hear the same, encoded once', async () => {
    const core = await createTestCore();
    let encoded = 0;
    const dialect = {
      ...nativeDialect,
      encodeEvent: (event: Parameters<typeof nativeDialect.encodeEvent>[0]) => {
        encoded += 1;
        return nativeDialect.encodeEvent(event);
      },
    };
    const wire = { dialect, frame: (text: string) => Buffer.from(text) };
    const clients = Array.from({ length: 50 }, () => core.connect({ wire }));
    await Promise.all(clients.map((client) => follow(client, 1, 'room:1', 'room:2')));
    await publish(core, 'room:1', 'room:2', 'room:1');
    await settled();
    expect(encoded).toBe(3);
    const last = clients.map(({ connection }) => connection.batches.at(-1));
    expect(new Set(last.map((batch) => batch?.joined())).size).toBe(1);
    expect(last[0]?.frames()).toHaveLength(3);
  });

  it('order across channels is that of the log, also where two sessions share but one channel', async () => {
    const core = await following('room:1', 'room:2', 'room:3');
    const other = core.connect();
    await follow(other, 1, 'room:2');
    await publish(core, 'room:1', 'room:2', 'room:3', 'room:2', 'room:1');
    await settled();
    expect(core.client.connection.data()).toEqual([1, 2, 3, 4, 5]);
    expect(other.connection.data()).toEqual([2, 4]);
  });

  it('a reply stands among events where it belongs', async () => {
    const core = await following('room:1');
    await core.publish('room:1', 'before');
    core.client.say({ type: 'ping', id: 2 });
    await core.publish('room:1', 'after');
    await settled();
    const heard = core.client.connection.heard.slice(-3).map(({ type, data }) => data ?? type);
    expect(heard).toEqual(['before', 'pong', 'after']);
  });

  it('a dialect without a form for an event leaves it out', async () => {
    const core = await createTestCore();
    const dialect = { ...nativeDialect, encodeEvent: () => undefined };
    const client = core.connect({ wire: { dialect, frame: (text: string) => Buffer.from(text) } });
    await follow(client, 1, 'room:1');
    const before = client.connection.batches.length;
    await publish(core, 'room:1');
    await settled();
    expect(client.connection.batches).toHaveLength(before);
  });
});

describe('joining', () => {
  it('neither loses nor doubles what comes while the past is read', async () => {
    const core = await createTestCore();
    const client = core.connect();
    await core.publish('room:1', 'a');
    core.broker.hold();
    client.say({ type: 'subscribe', id: 1, channels: [{ channel: 'room:1', last: 10 }] });
    await settled();
    await core.publish('room:1', 'b');
    await settled();
    await core.publish('room:1', 'c');
    core.broker.release();
    await core.publish('room:1', 'd');
    await settled();
    await core.publish('room:1', 'e');
    await settled();
    const [reply] = client.connection.of('reply') as { channels: { events: { data: unknown }[] }[] }[];
    const past = reply?.channels[0]?.events.map(({ data }) => data) ?? [];
    expect([...past, ...client.connection.data()]).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(past).toContain('b');
    expect(client.connection.heard.map(({ type }) => type).slice(0, 2)).toEqual(['welcome', 'reply']);
  });

  it('puts what came while the past was read before newer events of other channels', async () => {
    const core = await following('room:1');
    core.broker.hold();
    core.client.say({ type: 'subscribe', id: 2, channels: [{ channel: 'room:2', last: 1 }, 'room:3'] });
    await settled();
    await publish(core, 'room:2', 'room:3', 'room:1', 'room:2');
    await settled();
    core.broker.release();
    await settled();
    await publish(core, 'room:3');
    await settled();
    expect(core.client.connection.of('reply').at(-1)).toMatchObject({
      channels: [
        { position: expect.stringMatching(/:2$/), events: [{ data: 4 }] },
        { position: expect.stringMatching(/:1$/), events: [] },
      ],
    });
    expect(core.client.connection.data()).toEqual([3, 1]);
  });

  it('a past that reaches further than what was heard so far is not told twice', async () => {
    const core = await createTestCore();
    const client = core.connect();
    // Published in this tick, so that the past has it and the hub has not given it out yet.
    void core.publish('room:1', 'a');
    client.say({ type: 'subscribe', id: 1, channels: [{ channel: 'room:1', last: 10 }] });
    await settled();
    expect(client.connection.of('reply')).toMatchObject([{ channels: [{ events: [{ data: 'a' }] }] }]);
    expect(client.connection.data()).toEqual([]);
  });

  it('does not double what a past read late has already', async () => {
    const core = await createTestCore();
    const client = core.connect();
    core.broker.hold({ late: true });
    client.say({ type: 'subscribe', id: 1, channels: [{ channel: 'room:1', last: 9 }] });
    await settled();
    await publish(core, 'room:1', 'room:1');
    await settled();
    core.broker.release();
    await settled();
    await core.publish('room:1', 3);
    await settled();
    expect(client.connection.of('reply')).toMatchObject([
      { channels: [{ events: [{ data: 1 }, { data: 2 }] }] },
    ]);
    expect(client.connection.data()).toEqual([3]);
  });

  it('from one place in the log: what waited goes out in the order of the log', async () => {
    const core = await createTestCore();
    const client = core.connect();
    core.broker.hold();
    const following = core.host.follow(client.session, ['room:1', 'room:2'], { last: 9 });
    await settled();
    await publish(core, 'room:2', 'room:1', 'room:2', 'room:1');
    await settled();
    core.broker.release();
    const followed = await following;
    await core.publish('room:1', 5);
    followed.activate();
    await settled();
    expect(followed.channels).toMatchObject([{ events: [] }, { events: [] }]);
    expect(client.connection.data()).toEqual([1, 2, 3, 4, 5]);
  });

  it('following again moves to the place that was asked for last, and doubles nothing after it', async () => {
    const core = await following('room:1');
    await publish(core, 'room:1', 'room:1');
    await follow(core.client, 2, { channel: 'room:1', last: 1 });
    await core.publish('room:1', 3);
    await settled();
    expect(core.client.connection.data()).toEqual([1, 2, 3]);
    expect(core.client.connection.of('reply').at(-1)).toMatchObject({
      channels: [{ events: [{ data: 2 }] }],
    });
  });

  it.each([[0], [1]])('of two at once the later decides, whichever is read first (%i)', async (first) => {
    const core = await createTestCore();
    const client = core.connect();
    const channel = core.namespaces.resolve('room:1');
    const join = () => core.hub.subscribe(client.session, [{ channel, from: { last: 9 } }]).then(fulfilled);
    core.broker.hold();
    await core.publish('room:1', 'a');
    const joins = [join()];
    await core.publish('room:1', 'b');
    joins.push(join());
    await core.publish('room:1', 'c');
    core.broker.releaseOne(first);
    core.hub.activate(await (joins[first] as (typeof joins)[0]));
    await core.publish('room:1', 'd');
    await settled();
    // Nothing is heard before the later one's past.
    expect(client.connection.data()).toEqual(first === 0 ? [] : ['d']);
    core.broker.release();
    core.hub.activate(await (joins[1 - first] as (typeof joins)[0]));
    await core.publish('room:1', 'e');
    await settled();
    const [later] = (await joins[1]) as Joined[];
    const past = later?.slice.events.map(({ data }) => data) ?? [];
    expect([...past, ...client.connection.data()]).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('one that is left meanwhile is not joined, nor announced', async () => {
    const core = await createTestCore();
    const told = watch(core);
    const client = core.connect();
    core.broker.hold();
    const channel = core.namespaces.resolve('room:1');
    const joining = core.hub.subscribe(client.session, [{ channel, from: {} }]);
    expect(core.hub.unsubscribe(client.session, 'room:1')).toBe(true);
    core.broker.release();
    expect(await joining).toMatchObject([{ status: 'rejected', reason: { code: 'not_subscribed' } }]);
    expect(told).toEqual([]);
    expect(core.hub.channels.size).toBe(0);
  });

  it('subscribing, unsubscribing and subscribing in one breath take effect in that order', async () => {
    const core = await createTestCore();
    const [one, two] = [core.connect(), core.connect()];
    const subscribe = { type: 'subscribe', id: 1, channels: ['room:1'] };
    const unsubscribe = { type: 'unsubscribe', id: 2, channels: ['room:1'] };
    one.say(subscribe);
    one.say(unsubscribe);
    for (const message of [subscribe, unsubscribe, { ...subscribe, id: 3 }]) two.say(message);
    await settled();
    expect(one.session.subscriptions.size).toBe(0);
    expect(two.session.subscriptions.size).toBe(1);
    expect(two.connection.of('reply').map(({ id, ok }) => [id, ok])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
  });

  it('of a session that ended meanwhile nothing stays', async () => {
    const core = await createTestCore();
    const told = watch(core);
    const client = core.connect();
    core.broker.hold();
    client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
    await settled();
    core.host.closed(client.session);
    core.broker.release();
    await settled();
    expect(told).toEqual(['closed']);
    expect(core.hub.channels.size).toBe(0);
    expect(core.hub.sessions.size).toBe(0);
  });

  it('a read that fails leaves no trace, and of a channel that was followed says so', async () => {
    const core = await createTestCore();
    const told = watch(core);
    const client = core.connect();
    await follow(client, 1, 'room:1');
    core.broker.fault = new Error('the broker is gone');
    await follow(client, 2, 'room:1');
    await follow(client, 3, 'room:2');
    expect(told).toEqual(['+room:1', '-room:1']);
    expect(core.hub.channels.size).toBe(0);
    expect(client.session.subscriptions.size).toBe(0);
    expect(client.connection.of('reply').map(({ ok }) => ok)).toEqual([true, false, false]);
  });

  it('what waits for a past that does not come is capped', async () => {
    const core = await createTestCore();
    const client = core.connect();
    core.broker.hold();
    client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
    await settled();
    const piece = 'x'.repeat(10_000);
    for (let n = 0; n < 6; n += 1) await core.publish('room:1', piece);
    expect(client.connection.closed).toBeUndefined();
    await core.publish('room:1', piece);
    expect(client.connection.closed).toMatchObject({ code: 4006, reconnect: true });
    expect(core.hub.channels.size).toBe(0);
  });

  it('more channels than allowed are refused together', async () => {
    const core = await createTestCore({ limits: { channels: 3 } });
    const client = core.connect();
    await follow(client, 1, 'room:1', 'room:2');
    await follow(client, 2, 'room:3', 'room:4');
    await follow(client, 3, 'room:1', 'room:2', 'room:3');
    expect(client.connection.of('reply').map(({ ok }) => ok)).toEqual([true, false, true]);
  });
});

describe('leaving', () => {
  it('in the middle of a tick: what came before is heard, what comes after is not', async () => {
    const core = await following('room:1', 'room:2');
    await core.publish('room:1', 'a');
    core.client.say({ type: 'unsubscribe', id: 2, channels: ['room:1', 'room:9'] });
    await publish(core, 'room:1', 'room:2');
    await settled();
    expect(core.client.connection.data()).toEqual(['a', 2]);
    expect(core.client.connection.of('reply').at(-1)).toMatchObject({ data: { channels: ['room:1'] } });
  });

  it('and coming back in one tick', async () => {
    const core = await following('room:1');
    await core.publish('room:1', 'a');
    core.client.say({ type: 'unsubscribe', id: 2, channels: ['room:1'] });
    await core.publish('room:1', 'b');
    core.client.say({ type: 'subscribe', id: 3, channels: [{ channel: 'room:1', last: 1 }] });
    await core.publish('room:1', 'c');
    await settled();
    await core.publish('room:1', 'd');
    await settled();
    // The join was begun in the tick of c, and its past has it.
    expect(core.client.connection.of('reply').at(-1)).toMatchObject({
      channels: [{ events: [{ data: 'c' }] }],
    });
    expect(core.client.connection.data()).toEqual(['a', 'd']);
  });

  it('by closing: nothing is written any more, and the channel goes with its last follower', async () => {
    const core = await following('room:1');
    await core.publish('room:1', 'a');
    const before = core.client.connection.batches.length;
    core.host.closed(core.client.session);
    core.host.closed(core.client.session);
    core.host.send(core.client.session, '{}');
    core.host.writable(core.client.session);
    await settled();
    expect(core.client.connection.batches).toHaveLength(before);
    expect(core.hub.channels.size).toBe(0);
    expect(core.hub.unsubscribe(core.client.session, 'room:1')).toBe(false);
  });

  it('a session that resumes under its id before the old one was missed takes its place', async () => {
    const core = await following('room:1');
    const old = core.client;
    const resumed = core.connect({ id: old.session.id });
    expect(old.connection.closed).toBeDefined();
    core.host.closed(old.session);
    expect(core.hub.sessions.get(old.session.id)).toBe(resumed.session);
    await follow(resumed, 1, 'room:1');
    await core.publish('room:1', 'a');
    await settled();
    expect(resumed.connection.data()).toEqual(['a']);
    expect(old.connection.data()).toEqual([]);
  });
});

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
