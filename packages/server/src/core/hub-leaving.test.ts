import { describe, expect, it } from 'vitest';
import { follow, following, publish } from './testing/following.ts';
import { settled } from './testing/test-core.ts';

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
