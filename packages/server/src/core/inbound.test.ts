import { TidingsError } from '@tidings/protocol';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineCommand } from './command.ts';
import { memoryWire } from './testing/memory-connection.ts';
import {
  createTestCore,
  settled,
  someone,
  type TestClient,
  type TestCoreOptions,
} from './testing/test-core.ts';

/** A core with commands whose end the test decides. */
async function setup(options: TestCoreOptions = {}) {
  const core = await createTestCore(options);
  const began: unknown[] = [];
  const gates = new Map<unknown, (value: unknown) => void>();
  const slow = (name: string, exclusive: boolean) =>
    defineCommand({
      name,
      summary: 'Takes as long as the test wants.',
      data: Type.Unknown(),
      exclusive,
      handle: (data) => {
        began.push(data);
        return new Promise((resolve) => gates.set(data, resolve));
      },
    });
  core.dispatch.add(slow('slow', false));
  core.dispatch.add(slow('alone', true));
  core.dispatch.add(
    defineCommand({
      name: 'quick',
      summary: 'Answers at once.',
      data: Type.Unknown(),
      handle: (data) => {
        began.push(data);
        return { data };
      },
    }),
  );
  return { ...core, began, end: (data: unknown) => gates.get(data)?.({ data }) };
}

/** Adds a command that does this. */
function on(core: Awaited<ReturnType<typeof setup>>, name: string, handle: () => unknown) {
  core.dispatch.add(
    defineCommand({ name, summary: 'Whatever the test wants.', data: Type.Unknown(), handle }),
  );
}

const replies = ({ connection }: TestClient) => connection.of('reply').map(({ id }) => id);
const codes = ({ connection }: TestClient) =>
  connection.of('reply').map(({ error }) => (error as { code: string } | undefined)?.code);

describe('order', () => {
  it('commands that answer at once take effect in their order', async () => {
    const core = await setup();
    const client = core.connect();
    for (const id of [1, 2, 3]) client.say({ type: 'quick', id, data: id });
    expect(core.began).toEqual([1, 2, 3]);
    await settled();
    expect(replies(client)).toEqual([1, 2, 3]);
  });

  it('a slow command does not hold up those behind it', async () => {
    const core = await setup();
    const client = core.connect();
    client.say({ type: 'slow', id: 1, data: 'a' });
    client.say({ type: 'quick', id: 2, data: 'b' });
    core.end('a');
    await settled();
    expect(replies(client)).toEqual([2, 1]);
  });

  it('publishes keep their order while a right is being asked', async () => {
    const asked = Promise.withResolvers<boolean>();
    const publish = ({ channel }: { readonly channel: string }) => channel !== 'slow:1' || asked.promise;
    const rights = { subscribe: 'anyone', publish } as const;
    const core = await setup({ namespaces: { slow: { rights }, fast: { rights } } });
    const client = core.connect();
    for (const [id, channel] of ['slow:1', 'fast:1', 'slow:1'].entries())
      client.say({ type: 'publish', id, channel, event: 'said' });
    await settled();
    expect(replies(client)).toEqual([]);
    asked.resolve(true);
    await settled();
    expect(replies(client)).toEqual([0, 1, 2]);
    client.say({ type: 'publish', id: 3, channel: 'fast:1', event: 'said' });
    await settled();
    expect(replies(client)).toEqual([0, 1, 2, 3]);
  });

  it('an exclusive command holds up those behind it, and another exclusive one again', async () => {
    const core = await setup();
    const client = core.connect();
    client.say({ type: 'slow', id: 1, data: 'a' });
    client.say({ type: 'alone', id: 2, data: 'b' });
    client.say({ type: 'quick', id: 3, data: 'c' });
    client.say({ type: 'alone', id: 4, data: 'd' });
    client.say({ type: 'quick', id: 5, data: 'e' });
    expect(core.began).toEqual(['a', 'b']);
    core.end('b');
    await settled();
    expect(core.began).toEqual(['a', 'b', 'c', 'd']);
    client.say({ type: 'quick', id: 6, data: 'f' });
    core.end('a');
    core.end('d');
    await settled();
    expect(core.began).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(replies(client)).toEqual([2, 3, 1, 4, 5, 6]);
  });

  it('other sessions are not held up', async () => {
    const core = await setup();
    core.connect().say({ type: 'alone', id: 1, data: 'a' });
    core.connect().say({ type: 'quick', id: 2, data: 'b' });
    expect(core.began).toEqual(['a', 'b']);
  });

  it('what waits is dropped when the session ends', async () => {
    const core = await setup();
    const client = core.connect();
    client.say({ type: 'alone', id: 1, data: 'a' });
    client.say({ type: 'quick', id: 2, data: 'b' });
    core.host.closed(client.session);
    client.say({ type: 'quick', id: 3, data: 'c' });
    core.end('a');
    await settled();
    expect(core.began).toEqual(['a']);
  });
});

describe('a session that must authenticate', () => {
  it('may do nothing else but ping, and is ended when it does not', async () => {
    const core = await setup({ anonymous: false });
    const client = core.connect({ provisional: true });
    client.say({ type: 'quick', id: 1 });
    client.say({ type: 'ping', id: 2 });
    client.say({ type: 'publish', id: 3, channel: 'room:1', event: 'said' });
    await settled();
    expect(core.began).toEqual([]);
    expect(codes(client)).toEqual(['unauthenticated', 'unauthenticated']);
    expect(client.connection.of('pong')).toHaveLength(1);
    core.clock.advance(9999);
    expect(client.connection.closed).toBeUndefined();
    core.clock.advance(1);
    expect(client.connection.closed).toMatchObject({ code: 4004, reconnect: true });
  });
});

describe('limits', () => {
  it('commands under way at once', async () => {
    const core = await setup({ limits: { inFlight: 2 } });
    const client = core.connect();
    client.say({ type: 'alone', id: 1, data: 'a' });
    client.say({ type: 'quick', id: 2, data: 'b' });
    client.say({ type: 'quick', id: 3, data: 'c' });
    await settled();
    expect(client.connection.of('reply')).toMatchObject([
      { id: 3, error: { code: 'rate_limited', retryAfter: 1000 } },
    ]);
    core.end('a');
    await settled();
    for (const id of [4, 5, 6]) client.say({ type: 'quick', id, data: id });
    await settled();
    expect(replies(client)).toEqual([3, 1, 2, 4, 5, 6]);
  });

  it('commands in a time, and says when to try again', async () => {
    const core = await setup({ limits: { commands: { perSecond: 10, burst: 2 } } });
    const client = core.connect();
    for (const id of [1, 2, 3]) client.say({ type: 'quick', id });
    core.clock.advance(99);
    client.say({ type: 'quick', id: 4 });
    core.clock.advance(1);
    client.say({ type: 'quick', id: 5 });
    await settled();
    expect(client.connection.of('reply').map(({ id, error }) => [id, error])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, expect.objectContaining({ code: 'rate_limited', retryAfter: 100 })],
      [4, expect.objectContaining({ code: 'rate_limited', retryAfter: 1 })],
      [5, undefined],
    ]);
  });

  it('each message of a batch counts', async () => {
    const core = await setup({ limits: { commands: { perSecond: 1, burst: 3 } } });
    const client = core.connect();
    client.say({ type: 'batch', messages: [1, 2, 3, 4].map((id) => ({ type: 'quick', id })) });
    await settled();
    expect(codes(client)).toEqual([undefined, undefined, undefined, 'rate_limited']);
  });

  it('a clock that is set back leaves nobody waiting', async () => {
    const core = await setup({ limits: { commands: { perSecond: 10, burst: 2 } } });
    const client = core.connect();
    for (const id of [1, 2]) client.say({ type: 'quick', id });
    core.clock.set(core.clock.now() - 3_600_000);
    client.say({ type: 'quick', id: 3 });
    await settled();
    expect(codes(client)).toEqual([undefined, undefined, undefined]);
  });
});

describe('offences', () => {
  const OFFENCES = 100;

  it('unreadable messages in a row end the session at the hundredth', async () => {
    const core = await setup();
    const client = core.connect();
    for (let n = 1; n < OFFENCES; n += 1) core.host.receive(client.session, 'no json');
    expect(client.connection.closed).toBeUndefined();
    core.host.receive(client.session, 'no json');
    expect(client.connection.closed).toEqual({ code: 4503, reason: 'protocol_error', reconnect: false });
    expect(core.hub.sessions.size).toBe(0);
  });

  it('a good message between them forgives', async () => {
    const core = await setup();
    const client = core.connect();
    for (let n = 0; n < 5 * OFFENCES; n += 1) {
      core.host.receive(client.session, 'no json');
      if (n % 50 === 0) client.say({ type: 'ping' });
    }
    expect(client.connection.closed).toBeUndefined();
  });

  it('going on after being told to wait ends it too, and it may come back', async () => {
    const core = await setup({ limits: { commands: { perSecond: 1, burst: 1 } } });
    const client = core.connect();
    for (let n = 0; n <= OFFENCES; n += 1) client.say({ type: 'quick' });
    expect(client.connection.closed).toEqual({ code: 4005, reason: 'rate_limited', reconnect: true });
  });

  it('the rest of a batch is not read once the session has ended', async () => {
    const core = await setup();
    const client = core.connect();
    on(core, 'leave', () =>
      core.hub.disconnect(client.session, { code: 4007, reason: 'disconnected', reconnect: true }),
    );
    client.say({
      type: 'batch',
      messages: [{ type: 'quick', data: 1 }, { type: 'leave' }, { type: 'quick', data: 2 }],
    });
    expect(core.began).toEqual([1]);
  });
});

describe('faults', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('oh');
      },
    ],
    ['rejects', () => Promise.reject(new Error('oh'))],
  ])('a handler that %s is answered internal, and the operator told', async (_, handle) => {
    const core = await setup();
    on(core, 'broken', handle);
    const client = core.connect();
    client.say({ type: 'broken', id: 1 });
    client.say({ type: 'quick', id: 2 });
    await settled();
    expect(codes(client).sort()).toEqual(['internal', undefined]);
    expect(JSON.stringify(client.connection.heard)).not.toContain('oh');
    expect(core.errors).toEqual([[new Error('oh'), 'broken']]);
  });

  it.each([
    ['at once', () => ({ big: 1n })],
    ['later', async () => ({ big: 1n })],
  ])('an answer %s that is no JSON is one too', async (_, handle) => {
    const core = await setup();
    on(core, 'broken', handle);
    const client = core.connect();
    client.say({ type: 'broken', id: 1 });
    await settled();
    expect(client.connection.of('reply')).toMatchObject([{ id: 1, ok: false, error: { code: 'internal' } }]);
    expect(core.errors).toMatchObject([[expect.any(TypeError), 'broken']]);
  });

  it('what fails after the answer leaves the answer as it is', async () => {
    const core = await setup();
    core.dispatch.add(
      defineCommand({
        name: 'broken',
        summary: 'Fails late.',
        data: Type.Unknown(),
        handle(_, { afterReply }) {
          afterReply(() => {
            throw new Error('oh');
          });
          return {};
        },
      }),
    );
    const client = core.connect();
    client.say({ type: 'broken', id: 1 });
    await settled();
    expect(client.connection.of('reply')).toMatchObject([{ id: 1, ok: true }]);
    expect(core.errors).toEqual([[new Error('oh'), 'broken']]);
  });

  it('a dialect that throws ends nothing', async () => {
    const core = await setup();
    const decode = () => {
      throw new Error('oh');
    };
    const client = core.connect({ wire: { ...memoryWire, dialect: { ...memoryWire.dialect, decode } } });
    core.host.receive(client.session, 'x');
    await settled();
    expect(codes(client)).toEqual(['internal']);
    expect(core.errors).toEqual([[new Error('oh'), '']]);
  });

  it('what is refused with a code is no fault', async () => {
    const core = await setup();
    on(core, 'refused', () => Promise.reject(new TidingsError('storage_full')));
    const client = core.connect();
    client.say({ type: 'refused', id: 1 });
    client.say({ type: 'unheard_of', id: 2 });
    await settled();
    expect(codes(client).sort()).toEqual(['storage_full', 'unknown_command']);
    expect(core.errors).toEqual([]);
  });
});

describe('time', () => {
  it('a command that takes too long is answered timeout, once', async () => {
    const core = await setup({ limits: { commandTimeout: 5000 } });
    const client = core.connect();
    client.say({ type: 'slow', id: 1, data: 'a' });
    core.clock.advance(4999);
    await settled();
    expect(replies(client)).toEqual([]);
    core.clock.advance(1001);
    await settled();
    core.end('a');
    await settled();
    expect(codes(client)).toEqual(['timeout']);
  });

  it('an exclusive one that takes too long lets the others go', async () => {
    const core = await setup({ limits: { commandTimeout: 5000 } });
    const client = core.connect();
    client.say({ type: 'alone', id: 1, data: 'a' });
    client.say({ type: 'quick', id: 2, data: 'b' });
    core.clock.advance(6000);
    await settled();
    expect(replies(client)).toEqual([1, 2]);
  });

  it('a subscribe that took too long is none', async () => {
    const core = await setup({ limits: { commandTimeout: 5000 } });
    const client = core.connect({ identity: someone('alice') });
    core.broker.hold();
    client.say({ type: 'subscribe', id: 1, channels: ['room:1'] });
    await settled();
    core.clock.advance(6000);
    await settled();
    core.broker.release();
    await settled();
    expect(codes(client)).toEqual(['timeout']);
    expect(client.session.subscriptions.size).toBe(0);
    expect(core.hub.channels.size).toBe(0);
    client.say({ type: 'subscribe', id: 2, channels: ['room:1'] });
    await settled();
    await core.publish('room:1', 'hello');
    await settled();
    expect(client.connection.data()).toEqual(['hello']);
  });
});
