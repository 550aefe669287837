/**
 * PROTOCOL.md, "Presence and typing".
 *
 * @module
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { NativeClient } from '../support/native-client.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});

const connect = (user: string) => NativeClient.welcomed(target.url, { token: target.token(user) });

describe('presence', () => {
  it('lists who follows the channel, and a place from which to hear every change', async () => {
    const channel = target.channel('room');
    const [alice, bob] = await Promise.all([connect('alice'), connect('bob')]);
    await alice.subscribe(channel);
    const { data } = await alice.ask('presence', { channel });
    expect(data).toEqual({
      channel,
      members: [{ user: 'alice', sessions: 1, since: expect.any(Number) }],
      position: expect.stringMatching(/^[A-Za-z0-9]+:\d+$/),
    });
    await bob.subscribe(channel);
    const [answer] = await alice.subscribe({ channel: `presence:${channel}`, since: data?.position });
    const missed = answer?.events ?? [];
    const join =
      missed.find(({ event }) => event === 'join') ?? (await alice.event(({ event }) => event === 'join'));
    expect(join).toMatchObject({ event: 'join', data: { user: 'bob' } });
  });

  it('a member is a user, however many sessions it has', async () => {
    const channel = target.channel('room');
    const sessions = await Promise.all([connect('alice'), connect('alice'), connect('bob')]);
    for (const client of sessions) await client.subscribe(channel);
    const { data } = await sessions[0].ask('presence', { channel });
    expect(data?.members).toMatchObject([
      { user: 'alice', sessions: 2 },
      { user: 'bob', sessions: 1 },
    ]);
  });

  it('tells leave when the last session is gone, and not when it comes back in time', async () => {
    const channel = target.channel('room');
    const [alice, bob] = await Promise.all([connect('alice'), connect('bob')]);
    await alice.subscribe(channel, `presence:${channel}`);
    await bob.subscribe(channel);
    await alice.event(({ event, data }) => event === 'join' && data?.user === 'bob');
    bob.ws.terminate();
    const back = await connect('bob');
    await back.subscribe(channel);
    back.ws.terminate();
    expect(await alice.event(({ data }) => data?.user === 'bob')).toMatchObject({ event: 'leave' });
    expect(alice.messages.untaken.filter(({ data }) => data?.user === 'bob')).toEqual([]);
  });

  it('is refused with no_presence where there is none', async () => {
    const alice = await connect('alice');
    expect((await alice.ask('presence', { channel: target.channel() })).error?.code).toBe('no_presence');
  });
});

describe('typing', () => {
  /** Two in a room, one of them listening for marks. */
  async function room() {
    const channel = target.channel('room');
    const [alice, bob] = await Promise.all([connect('alice'), connect('bob')]);
    await alice.subscribe(channel, `typing:${channel}`);
    await bob.subscribe(channel);
    return { channel, alice, bob };
  }

  it('is told as start, and ends by itself with stop', async () => {
    const { channel, alice, bob } = await room();
    expect(await bob.ask('typing', { channel })).toMatchObject({ ok: true, data: {} });
    expect(await alice.event()).toMatchObject({
      channel: `typing:${channel}`,
      event: 'start',
      data: { user: 'bob' },
    });
    expect(await alice.event()).toMatchObject({ event: 'stop', data: { user: 'bob' } });
  });

  it('ends at once with active: false', async () => {
    const { channel, alice, bob } = await room();
    await bob.ask('typing', { channel, active: true });
    await alice.event(({ event }) => event === 'start');
    await bob.ask('typing', { channel, active: false });
    expect(await alice.event()).toMatchObject({ event: 'stop', data: { user: 'bob' } });
  });

  it('ends at once when the user’s last session ends', async () => {
    const { channel, alice, bob } = await room();
    await bob.ask('typing', { channel });
    await alice.event(({ event }) => event === 'start');
    bob.ws.close();
    expect(await alice.event()).toMatchObject({ event: 'stop', data: { user: 'bob' } });
  });

  it('is refused with no_typing where there is none', async () => {
    const alice = await connect('alice');
    expect((await alice.ask('typing', { channel: target.channel() })).error?.code).toBe('no_typing');
  });
});
