import { describe, expect, it } from 'vitest';
import { defineKit, type Session, type Tidings } from '../packages/server/src/kit.ts';
import { open } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { testIdentity, testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

describe('sessions seen by a kit', () => {
  it('are told when they are in and when they have gone', async () => {
    const seen: string[] = [];
    let gone = Promise.withResolvers<void>();
    const { url, core, logged } = await startKits(
      [
        defineKit({
          name: 'watch',
          onConnect(session, tidings) {
            seen.push(`in ${session.identity.user}`);
            tidings.send(session, 'greeting', { user: session.identity.user });
          },
          onDisconnect(session) {
            seen.push(`out ${session.identity.user}`);
            gone.resolve();
            throw new Error('too late');
          },
        }),
      ],
      { anonymous: false },
    );
    const alice = await NativeClient.connect(url, { token: testToken('alice') });
    expect((await alice.messages.take()).type).toBe('welcome');
    expect(await alice.messages.take()).toMatchObject({
      type: 'direct',
      event: 'greeting',
      data: { user: 'alice' },
    });
    const stranger = await NativeClient.welcomed(url);
    stranger.ws.close();
    await stranger.closed;
    const late = await NativeClient.welcomed(url);
    const session = [...core.hub.sessions.values()].at(-1) as Session;
    core.hub.identify(session, testIdentity('bob'));
    core.hub.identify(session, testIdentity('bob'));
    await late.messages.take(({ type }) => type === 'direct');
    late.ws.close();
    await gone.promise;
    gone = Promise.withResolvers();
    alice.ws.close();
    await gone.promise;
    expect(seen).toEqual(['in alice', 'in bob', 'out bob', 'out alice']);
    await expect
      .poll(() => logged)
      .toContainEqual(expect.objectContaining({ kit: 'watch', msg: 'onDisconnect failed' }));
  });

  it('are told when one that was in says who it is, once', async () => {
    const seen: string[] = [];
    const { url, core } = await startKits([
      defineKit({
        name: 'watch',
        onConnect: (session) => void seen.push(`in ${session.identity.user}`),
        onIdentify(session, tidings) {
          seen.push(`is ${session.identity.user}`);
          tidings.send(session, 'greeting');
        },
      }),
    ]);
    const late = await NativeClient.welcomed(url);
    const [session] = core.hub.sessions.values();
    core.hub.identify(session as Session, testIdentity('bob'));
    // A newer token of the same user is nothing new.
    core.hub.identify(session as Session, testIdentity('bob'));
    await late.messages.take(({ type }) => type === 'direct');
    expect(seen).toEqual(['in undefined', 'is bob']);
  });

  it('follow and leave channels on the server’s account', async () => {
    let tidings: Tidings | undefined;
    const { url, core } = await startKits([
      defineKit({
        name: 'inbox',
        namespaces: { inbox: { rights: { subscribe: 'nobody' } }, room: open },
        onStart(given) {
          tidings = given;
        },
        onConnect: (session, { follow }) => follow(session, [`inbox:${session.identity.user}`]),
      }),
    ]);
    const alice = await NativeClient.welcomed(url, { token: testToken('alice') });
    const [session] = core.hub.sessions.values();
    if (!session || !tidings) throw new Error('not there');
    await expect.poll(() => session.subscriptions.size).toBe(1);
    await tidings.publish({ channel: 'inbox:alice', event: 'mail' });
    expect(await alice.event()).toMatchObject({ channel: 'inbox:alice', event: 'mail' });
    expect(await alice.subscribe('room:1').then(([answer]) => answer?.channel)).toBe('room:1');
    await tidings.follow(session, ['room:1', 'room:2', 'room:2']);
    for (const channel of ['room:1', 'room:2']) await tidings.publish({ channel, event: 'hi' });
    expect([await alice.event(), await alice.event()]).toMatchObject([
      { channel: 'room:1' },
      { channel: 'room:2' },
    ]);
    expect([...session.subscriptions.values()].map(({ byRight }) => byRight)).toEqual([false, false, false]);
    tidings.unfollow(session, ['room:1', 'inbox:alice']);
    for (const channel of ['room:1', 'inbox:alice', 'room:2'])
      await tidings.publish({ channel, event: 'hi' });
    expect(await alice.event()).toMatchObject({ channel: 'room:2' });
    await expect(tidings.follow(session, ['nowhere:1'])).rejects.toMatchObject({ code: 'unknown_namespace' });
    tidings.disconnect(session);
    expect(await alice.closed).toMatchObject({ code: 4007 });
    await tidings.follow(session, ['room:1']);
    expect(core.hub.channels.size).toBe(0);
  });

  it('can be asked for by channel, and mark that they type', async () => {
    let tidings: Tidings | undefined;
    const { url } = await startKits([
      defineKit({
        name: 'lounge',
        namespaces: { lounge: { presence: true, typing: true, rights: { subscribe: 'anyone' } } },
        onStart(given) {
          tidings = given;
        },
      }),
    ]);
    if (!tidings) throw new Error('not there');
    const alice = await NativeClient.welcomed(url, { token: testToken('alice') });
    await alice.subscribe('lounge:1', 'typing:lounge:1');
    const [session] = tidings.sessionsIn('lounge:1');
    if (!session) throw new Error('not there');
    expect(session.identity.user).toBe('alice');
    expect(tidings.sessionsIn('lounge:2')).toEqual([]);
    expect(tidings.followedIn('lounge')).toEqual(['lounge:1']);
    expect(tidings.followedIn('loung')).toEqual([]);
    expect(await tidings.presenceOf('lounge:1')).toMatchObject({ members: [{ user: 'alice' }] });
    await expect(tidings.presenceOf('user:alice')).rejects.toMatchObject({ code: 'no_presence' });
    for (const active of [true, true, false])
      await tidings.markTyping({ identity: session.identity, session }, 'lounge:1', active);
    const heard = [await alice.event(), await alice.event()];
    expect(heard.map(({ event, data }) => [event, data])).toEqual([
      ['start', { user: 'alice' }],
      ['stop', { user: 'alice' }],
    ]);
  });

  it('of a user follow, leave and end together', async () => {
    let kit: Tidings | undefined;
    const { url } = await startKits([
      defineKit({
        name: 'together',
        namespaces: { team: { rights: { subscribe: 'nobody' } } },
        onStart(tidings) {
          kit = tidings;
        },
      }),
    ]);
    const tidings = kit as Tidings;
    const clients = [];
    for (const user of ['alice', 'alice', 'bob'])
      clients.push(await NativeClient.welcomed(url, { token: testToken(user) }));
    await tidings.followUser('alice', ['team:1', 'team:2']);
    await tidings.unfollowUser('alice', ['team:2']);
    await expect(tidings.followUser('alice', ['nowhere:1'])).rejects.toMatchObject({
      code: 'unknown_namespace',
    });
    for (const channel of ['team:2', 'team:1']) await tidings.publish({ channel, event: 'e' });
    for (const client of clients.slice(0, 2))
      expect(await client.event()).toMatchObject({ channel: 'team:1' });
    expect(await tidings.disconnectUser('alice', 'kicked')).toBe(2);
    for (const client of clients.slice(0, 2)) expect(await client.closed).toMatchObject({ code: 4502 });
    expect(await tidings.disconnectUser('alice')).toBe(0);
    expect((await clients[2]?.ask('ping'))?.type).toBe('pong');
  });
});
