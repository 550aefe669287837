import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Identity } from '../packages/server/src/core/identity.ts';
import { createTyping } from '../packages/server/src/features/typing/typing.ts';
import { NativeClient } from './support/native-client.ts';
import { startCore, type TestClaims, testIdentity, testToken } from './support/start-core.ts';
import { onTeardown } from './support/teardown.ts';

const TTL = 6000;

async function setUp() {
  const running = await startCore({
    thread: { typing: true, rights: { subscribe: 'anyone', typing: 'anyone' } },
    quiet: { rights: { subscribe: 'anyone' } },
    team: { typing: true, rights: { subscribe: 'anyone', typing: 'granted' } },
  });
  const { core, clock, errors } = running;
  let foreign = false;
  const isOwn = () => !foreign;
  const typing = createTyping({
    core,
    broker: { isOwn },
    clock,
    ttl: TTL,
    onError: (error) => errors.push(error),
  });
  onTeardown(() => {
    typing.close();
    expect(errors).toEqual([]);
  });
  const url = await running.listen();
  const connect = (user?: string, claims?: TestClaims) =>
    NativeClient.welcomed(url, { token: user && testToken(user, claims) });
  const watcher = await connect('watcher');
  await watcher.subscribe('typing:thread:1', 'typing:thread:2', 'typing:team:1');
  /** The next thing told. */
  const told = async () => {
    const { channel, event, data } = await watcher.event();
    return [channel, event, (data as { user: string }).user];
  };
  /** Says it over HTTP, where there is no session. */
  const overHttp = async (identity: Identity, data: object) => {
    const { reply } = await core.dispatch.run({ name: 'typing', data }, { identity, session: undefined });
    return reply;
  };
  /** Publishes a mark as another server would. */
  const tellFromElsewhere = async (event: 'start' | 'stop', user: string) => {
    foreign = true;
    await core.publisher.publish({ channel: 'typing:thread:1', event, data: { user } });
    foreign = false;
  };
  return { ...running, connect, told, overHttp, tellFromElsewhere };
}

describe('typing', () => {
  it('tells the start and the stop', async () => {
    const { connect, told } = await setUp();
    const alice = await connect('alice');
    expect(await alice.ask('typing', { channel: 'thread:1' })).toMatchObject({ ok: true, data: {} });
    expect(await told()).toEqual(['typing:thread:1', 'start', 'alice']);
    await alice.ask('typing', { channel: 'thread:1', active: false });
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'alice']);
    await alice.ask('typing', { channel: 'thread:1', active: false });
    await alice.ask('typing', { channel: 'thread:2' });
    expect(await told()).toEqual(['typing:thread:2', 'start', 'alice']);
  });

  it('is told once more while it goes on for long', async () => {
    const { connect, told, clock } = await setUp();
    const alice = await connect('alice');
    for (let past = 0; past <= 40_000; past += 5000) {
      await alice.ask('typing', { channel: 'thread:1' });
      clock.advance(5000);
    }
    clock.advance(TTL);
    const heard: unknown[] = [];
    while (heard.at(-1) !== 'stop') heard.push((await told())[1]);
    expect(heard).toEqual(['start', 'start', 'start', 'stop']);
  });

  it('of a server that died is ended by another', async () => {
    const { told, tellFromElsewhere, clock } = await setUp();
    await tellFromElsewhere('start', 'alice');
    await tellFromElsewhere('start', 'bob');
    for (const user of ['alice', 'bob']) expect(await told()).toEqual(['typing:thread:1', 'start', user]);
    clock.advance(20_000);
    await tellFromElsewhere('start', 'bob');
    expect(await told()).toEqual(['typing:thread:1', 'start', 'bob']);
    clock.advance(12_000);
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'alice']);
    await tellFromElsewhere('stop', 'bob');
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'bob']);
    clock.advance(60_000);
    await tellFromElsewhere('start', 'carol');
    expect(await told()).toEqual(['typing:thread:1', 'start', 'carol']);
  });

  it('ends by itself unless it is renewed, which is silent', async () => {
    const { connect, told, clock } = await setUp();
    const alice = await connect('alice');
    await alice.ask('typing', { channel: 'thread:1' });
    expect(await told()).toEqual(['typing:thread:1', 'start', 'alice']);
    clock.advance(TTL - 1);
    await alice.ask('typing', { channel: 'thread:1', active: true });
    clock.advance(TTL - 1);
    await alice.ask('typing', { channel: 'thread:2' });
    expect(await told()).toEqual(['typing:thread:2', 'start', 'alice']);
    clock.advance(1);
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'alice']);
    clock.advance(TTL);
    expect(await told()).toEqual(['typing:thread:2', 'stop', 'alice']);
  });

  it('ends when the last session of the user does', async () => {
    const { connect, told } = await setUp();
    const first = await connect('alice');
    const second = await connect('alice');
    await first.ask('typing', { channel: 'thread:1' });
    expect(await told()).toEqual(['typing:thread:1', 'start', 'alice']);
    first.ws.close();
    await first.closed;
    await second.ask('typing', { channel: 'thread:2' });
    expect(await told()).toEqual(['typing:thread:2', 'start', 'alice']);
    second.ws.close();
    expect([await told(), await told()]).toEqual([
      ['typing:thread:1', 'stop', 'alice'],
      ['typing:thread:2', 'stop', 'alice'],
    ]);
  });

  it('lets an anonymous session type where it may, and ends its marks when it becomes someone', async () => {
    const { connect, told, core } = await setUp();
    const someone = await connect();
    await someone.ask('typing', { channel: 'thread:1' });
    const session = [...core.hub.sessions.values()].at(-1);
    if (!session) throw new Error('no session');
    const name = `anonymous:${session.id}`;
    expect(await told()).toEqual(['typing:thread:1', 'start', name]);
    core.hub.identify(session, testIdentity('alice'));
    expect(await told()).toEqual(['typing:thread:1', 'stop', name]);
  });

  it('works over HTTP, for a user', async () => {
    const { overHttp, told, clock } = await setUp();
    expect(await overHttp(testIdentity('alice'), { channel: 'thread:1' })).toMatchObject({ ok: true });
    expect(await told()).toEqual(['typing:thread:1', 'start', 'alice']);
    clock.advance(TTL);
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'alice']);
    expect(await overHttp(ANONYMOUS, { channel: 'thread:1' })).toMatchObject({
      error: { code: 'unauthenticated' },
    });
  });

  it('refuses what it must', async () => {
    const { connect } = await setUp();
    const bob = await connect('bob');
    const code = async (type: string, fields: object) => (await bob.ask(type, { ...fields })).error?.code;
    expect(await code('typing', { channel: 'quiet:1' })).toBe('no_typing');
    expect(await code('typing', { channel: 'nowhere:1' })).toBe('unknown_namespace');
    expect(await code('typing', { channel: 'team:1' })).toBe('forbidden');
    expect(await code('typing', { channel: `thread:${'x'.repeat(160)}` })).toBe('bad_channel');
    expect(await code('typing', { channel: 'thread:1', active: 'yes' })).toBe('invalid_request');
    expect(await code('subscribe', { channels: ['typing:quiet:1'] })).toBe('no_typing');
    const publish = { channel: 'typing:thread:1', event: 'start', data: { user: 'eve' } };
    expect(await code('publish', publish)).toBe('forbidden');
  });

  it('ends the oldest mark of a user who has too many', async () => {
    const { connect, told, clock } = await setUp();
    const alice = await connect('alice');
    await alice.ask('typing', { channel: 'thread:1' });
    expect(await told()).toEqual(['typing:thread:1', 'start', 'alice']);
    for (let count = 0; count < 8; count += 1) await alice.ask('typing', { channel: `thread:x${count}` });
    expect(await told()).toEqual(['typing:thread:1', 'stop', 'alice']);
    const timers = clock.timers;
    for (let count = 0; count < 50; count += 1) await alice.ask('typing', { channel: `thread:y${count}` });
    expect(clock.timers).toBe(timers);
  });

  it('leaves a slow reader the newest mark of each user', async () => {
    const { connect, core } = await setUp();
    const alice = await connect('alice');
    const [{ overflow } = {}] = await alice.subscribe('typing:thread:1');
    expect(overflow).toBe('conflate');
    expect(core.namespaces.get('typing')?.history.size).toBe(0);
    const conflated: unknown[] = [];
    core.hub.observe({ delivered: ({ event, conflate }) => conflated.push([event, conflate]) });
    await alice.ask('typing', { channel: 'thread:1' });
    await alice.event();
    expect(conflated).toEqual([['start', 'alice']]);
  });
});
