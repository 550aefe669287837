import { describe, expect, it } from 'vitest';
import type { Joined } from './hub.ts';
import type { HubObserver } from './hub-observer.ts';
import { follow, following, publish } from './testing/following.ts';
import { createTestCore, settled, type TestCore } from './testing/test-core.ts';

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

  it('begins, for a session that is recovered, after what a past read late has already', async () => {
    const core = await createTestCore();
    const client = core.connect();
    core.broker.hold({ late: true });
    client.say({ type: 'subscribe', id: 1, channels: [{ channel: 'room:1', last: 9 }] });
    await settled();
    await publish(core, 'room:1', 'room:1');
    core.broker.release();
    await settled();
    expect(client.session.subscriptions.get('room:1')?.from).toBe(core.broker.head());
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

  it('one that is put out of a channel while its right is asked for is asked again', async () => {
    const asked = Promise.withResolvers<boolean>();
    const answers = [asked.promise, Promise.resolve(false)];
    const core = await createTestCore({
      namespaces: { room: { rights: { subscribe: () => answers.shift() ?? false } } },
    });
    const { session } = core.connect();
    const following = core.host.follow(session, ['room:1'], {});
    // It is not there yet, so nothing is taken from it.
    expect(core.hub.unsubscribe(session, 'room:1')).toBe(false);
    asked.resolve(true);
    expect((await following).channels).toMatchObject([{ error: { code: 'unauthenticated' } }]);
    expect(session.subscriptions.size).toBe(0);
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
