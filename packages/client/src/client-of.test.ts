/**
 * The client against a server that answers when a test has it answer: what is only right in one order.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { MemoryOutboxStore } from './outbox/memory-outbox-store.ts';
import type { OutboxEntry } from './outbox/outbox-store.ts';
import { settle } from './testing/manual-clock.ts';
import { openScripted } from './testing/scripted-server.ts';

const said = (offset: number) => ({
  type: 'event',
  channel: 'room:1',
  event: 'said',
  data: offset,
  offset,
  epoch: 'e',
  id: `${offset}`,
  at: 0,
});

describe('the outbox', () => {
  it('sends what its user did once it is known that the session is that user’s', async () => {
    const { client, sent, welcome, signIn } = await openScripted();
    client.disconnect();
    void client.command('kept');
    // As a stream does, whose session is known only once it is open.
    signIn(undefined);
    await client.connect();
    await settle();
    expect(sent('command')).toEqual([]);
    welcome('alice');
    await settle();
    expect(sent('command')).toMatchObject([{ name: 'kept' }]);
  });

  it('sends what was said, whatever becomes of the object afterwards', async () => {
    const { client, sent } = await openScripted();
    client.disconnect();
    const draft = { text: 'as it was said' };
    void client.command('say', draft, { key: 'k' });
    draft.text = 'as it was edited';
    expect(client.pending.getSnapshot().entries).toMatchObject([
      { message: { data: { text: 'as it was said' } } },
    ]);
    await expect(client.command('say', draft, { key: 'k' })).rejects.toMatchObject({ code: 'key_conflict' });
    await client.connect();
    await settle();
    expect(sent('command')).toMatchObject([{ data: { text: 'as it was said' } }]);
  });

  it('takes over nothing once it is closed', async () => {
    const store = new LeftStore();
    const { client } = await openScripted({ outbox: { store } });
    await client.close();
    store.adoptions = 0;
    store.onLeft();
    await settle();
    expect(store.adoptions).toBe(0);
  });
});

/** A store that tells when another client has gone. */
class LeftStore extends MemoryOutboxStore {
  adoptions = 0;
  onLeft = () => {};
  watch(onLeft: () => void): void {
    this.onLeft = onLeft;
  }
  override adopt(): Promise<readonly OutboxEntry[]> {
    this.adoptions += 1;
    return super.adopt();
  }
}

describe('a channel', () => {
  it('that is left and wanted again before the answer is asked for once, and heard once', async () => {
    const { client, sent, answer } = await openScripted();
    const channel = client.channel('room:1', { last: 1 });
    const heard: unknown[] = [];
    const gaps: unknown[] = [];
    channel.onGap((gap) => gaps.push(gap));
    const listen = () => channel.onAny((data) => heard.push(data));
    const off = listen();
    await settle();
    off();
    await settle();
    listen();
    await settle();
    for (const ask of sent('subscribe'))
      answer(ask, {
        channels: [{ channel: 'room:1', position: 'e:1', recovered: false, events: [said(1)] }],
      });
    await settle();
    expect([heard, gaps]).toEqual([[1], []]);
    expect(channel.status.getSnapshot().state).toBe('live');
    expect(sent('unsubscribe')).toEqual([]);
  });

  it('tells of a gap whoever asked for it, also when nobody has held the channel meanwhile', async () => {
    const { client, sent, answer } = await openScripted();
    const gaps: unknown[] = [];
    client.channel('room:1').onGap(({ since }) => gaps.push(since));
    await settle();
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    await settle();
    client.channel('room:1').subscribe();
    await settle();
    answer(sent('subscribe')[0], { channels: [{ channel: 'room:1', position: 'e:1' }] });
    client.disconnect();
    await client.connect();
    await settle();
    answer(sent('subscribe')[1], { channels: [{ channel: 'room:1', position: 'f:1', recovered: false }] });
    expect(gaps).toEqual(['e:1']);
  });

  it('that is left before the answer is left once it is there', async () => {
    const { client, sent, answer } = await openScripted();
    const channel = client.channel('room:1');
    const off = channel.subscribe();
    await settle();
    off();
    await settle();
    answer(sent('subscribe')[0], { channels: [{ channel: 'room:1', position: 'e:1' }] });
    await settle();
    expect(sent('unsubscribe')).toMatchObject([{ channels: ['room:1'] }]);
    expect(channel.status.getSnapshot().state).toBe('idle');
  });

  it.each(['refused', 'cut'])(
    'that is left before it is %s is asked for when it is wanted again',
    async (how) => {
      const { client, clock, sent, say, cut } = await openScripted();
      const channel = client.channel('room:1');
      channel.subscribe()();
      const off = channel.subscribe();
      await settle();
      off();
      await settle();
      if (how === 'cut') await cut();
      else
        say({
          type: 'reply',
          id: sent('subscribe')[0]?.id,
          ok: false,
          error: { code: 'forbidden', message: '' },
        });
      await clock.advance(1000);
      expect(channel.status.getSnapshot().state).toBe('idle');
      channel.subscribe();
      await settle();
      expect(sent('subscribe')).toHaveLength(2);
    },
  );

  it('is one of so many as the server takes in one message when all are left', async () => {
    const { client, sent, answer } = await openScripted();
    const names = Array.from({ length: 1100 }, (_, n) => `room:${n}`);
    const channels = names.map((name) => client.channel(name));
    const offs = channels.map((channel) => channel.subscribe());
    await settle();
    for (const ask of sent('subscribe')) {
      const asked = ask.channels as { channel: string }[];
      answer(ask, { channels: asked.map(({ channel }) => ({ channel, position: 'e:0' })) });
    }
    for (const off of offs) off();
    await settle();
    const left = sent('unsubscribe').map((message) => message.channels as string[]);
    expect(left.flat()).toHaveLength(1100);
    expect(Math.max(...left.map(({ length }) => length))).toBeLessThanOrEqual(1000);
  });
});

describe('a request', () => {
  it('is given the time that it asks for', async () => {
    const { client, clock, sent, answer } = await openScripted();
    let outcome: unknown;
    client
      .channel('room:1')
      .history({ timeout: 60_000 })
      .then(
        (page) => {
          outcome = page;
        },
        (error: unknown) => {
          outcome = error;
        },
      );
    await clock.advance(40_000);
    expect(outcome).toBeUndefined();
    answer(sent('history').at(-1), { data: { events: [] } });
    await settle();
    expect(outcome).toEqual({ events: [] });
  });
});

describe('the presence of a channel', () => {
  it.each(['rate_limited', 'cut'])('is read again when it could not be: %s', async (how) => {
    const { client, clock, sent, say, answer } = await openScripted({ timeout: 5000 });
    const { presence } = client.channel('room:1');
    presence.subscribe(() => {});
    await settle();
    const live = () =>
      answer(sent('subscribe').at(-1), {
        channels: [{ channel: 'presence:room:1', position: 'e:0', recovered: true }],
      });
    live();
    await settle();
    const id = sent('presence')[0]?.id;
    if (how === 'cut') {
      // The tunnel is longer than a request waits.
      client.disconnect();
      await clock.advance(6000);
      await client.connect();
      await settle();
      live();
    } else {
      say({ type: 'reply', id, ok: false, error: { code: 'rate_limited', message: '', retryAfter: 700 } });
    }
    await clock.advance(3000);
    answer(sent('presence').at(-1), { data: { members: [{ user: 'bob', sessions: 1, since: 0 }] } });
    await settle();
    expect(presence.getSnapshot()).toMatchObject([{ user: 'bob' }]);
    expect(presence.ready()).toBe(true);
  });
});

describe('the connection', () => {
  it('leaves no timer when a handler of its loss closes the client', async () => {
    const { client, clock, cut } = await openScripted();
    client.on('error', () => void client.close());
    await cut();
    expect(clock.timers).toBe(0);
  });
});
