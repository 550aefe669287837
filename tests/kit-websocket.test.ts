import { describe, expect, it } from 'vitest';
import { defineKit } from '../packages/server/src/kit.ts';
import { open } from './support/kit-parts.ts';
import { NativeClient } from './support/native-client.ts';
import { beats, type Shout, shouting } from './support/shouting-dialect.ts';
import { testToken } from './support/start-core.ts';
import { startKits } from './support/start-kits.ts';

async function shouter(url: string, path = '/shout', token?: string) {
  const client = await NativeClient.connect(url, { path, token });
  const take = async (kind: string) =>
    (await client.messages.take(
      (message) => (message as unknown as Shout).kind === kind,
    )) as unknown as Shout;
  return { client, take, send: (message: object) => client.send(message) };
}

describe('a dialect on a path of a kit', () => {
  const kit = defineKit({
    name: 'shouts',
    namespaces: { room: open },
    websockets: [
      {
        path: '/shout',
        dialect: shouting,
        heartbeat: { event: 'beat', data: { every: 1000 }, interval: 1000 },
        onOpen(session, tidings, request) {
          tidings.send(session, 'hello', { from: request.url, user: session.identity.user });
        },
      },
      {
        path: '/members',
        dialect: shouting,
        onOpen(session, { disconnect }) {
          if (session.identity.user === undefined) disconnect(session, 'unauthenticated');
        },
      },
      {
        path: '/broken',
        dialect: shouting,
        onOpen() {
          throw new Error('no luck');
        },
      },
    ],
  });

  it('speaks its own JSON with the same commands and events as every other', async () => {
    const { url } = await startKits([kit]);
    const native = await NativeClient.welcomed(url);
    await native.subscribe('room:1');
    const { take, send, client } = await shouter(url, '/shout?token=', testToken('alice'));
    expect(await take('HELLO')).toEqual({ kind: 'HELLO', from: '/shout?token=', user: 'alice' });
    send({ op: 'JOIN', room: '1', id: 1 });
    expect(await take('YES')).toEqual({ kind: 'YES', id: 1 });
    send({ op: 'SAY', room: '1', text: 'hi' });
    expect(await take('SAID')).toEqual({ kind: 'SAID', room: '1', text: 'hi' });
    expect(await native.event()).toMatchObject({ event: 'said', data: 'hi', offset: 1, user: 'alice' });
    await native.ask('publish', { channel: 'room:1', event: 'sang', data: 'la' });
    expect(await take('SANG')).toEqual({ kind: 'SANG', room: '1', text: 'la' });
    send({ op: 'WHISPER', id: 2 });
    expect(await take('NO')).toEqual({ kind: 'NO', id: 2, why: 'unknown_command' });
    send({
      type: 'batch',
      messages: [
        { op: 'SAY', room: '1', text: 'a', id: 3 },
        { op: 'SAY', room: '1', text: 'b' },
      ],
    });
    expect([await take('SAID'), await take('SAID')]).toMatchObject([{ text: 'a' }, { text: 'b' }]);
    // A welcome, and the answer to what has no id, have no form here.
    expect(client.messages.untaken).toEqual([{ kind: 'YES', id: 3 }]);
  });

  it('sends its heartbeat to those who are there', async () => {
    const { url, clock, core } = await startKits([kit]);
    const { take, client } = await shouter(url);
    const other = await shouter(url, '/members', testToken('alice'));
    await take('HELLO');
    clock.advance(1000);
    expect(await take('BEAT')).toEqual({ kind: 'BEAT', every: 1000 });
    clock.advance(2000);
    expect([await take('BEAT'), await take('BEAT')]).toHaveLength(2);
    client.send({ op: 'BEAT' });
    client.send({ op: 'JOIN', room: '1', id: 1 });
    await take('YES');
    expect(other.client.messages.all).toEqual([]);
    client.ws.close();
    await client.closed;
    await expect.poll(() => core.hub.sessions.size).toBe(1);
    const before = beats;
    clock.advance(1000);
    expect(beats).toBe(before);
  });

  it('can turn a client away', async () => {
    const { url } = await startKits([kit]);
    const { take, client } = await shouter(url, '/members');
    expect(await take('BYE')).toEqual({ kind: 'BYE', why: 'unauthenticated' });
    expect(await client.closed).toMatchObject({ code: 4504 });
  });

  it('may fail without harm to anyone else', async () => {
    const { url, logged } = await startKits([kit]);
    const { take, send } = await shouter(url);
    send({ op: 'BUG' });
    expect(await take('NO')).toMatchObject({ why: 'internal' });
    send({ op: 'JOIN', room: '1', id: 1 });
    await take('YES');
    const native = await NativeClient.welcomed(url);
    await native.subscribe('room:1');
    await native.ask('publish', { channel: 'room:1', event: 'said', data: 'bug' });
    await native.ask('publish', { channel: 'room:1', event: 'said', data: 'fine' });
    expect(await take('SAID')).toMatchObject({ text: 'fine' });
    expect([await native.event(), await native.event()]).toMatchObject([{ data: 'bug' }, { data: 'fine' }]);
    expect(logged).toContainEqual(
      expect.objectContaining({ kit: 'shouts', path: '/shout', msg: 'a dialect could not write' }),
    );
    const broken = await shouter(url, '/broken');
    expect(await broken.client.closed).toMatchObject({ code: 4006 });
    expect(logged).toContainEqual(expect.objectContaining({ kit: 'shouts', msg: 'onOpen failed' }));
  });
});
