import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import swagger from '@fastify/swagger';
import { io as connectSocketIO } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import {
  type Dialect,
  decodeMessages,
  defineCommand,
  defineKit,
  type Generated,
  idOf,
  type Kit,
  type KitJob,
  type Session,
  type Tidings,
  TidingsError,
  Type,
  withId,
} from '../packages/server/src/kit.ts';
import { loadKit } from '../packages/server/src/kits/load-kit.ts';
import { Api } from './support/api.ts';
import { NativeClient } from './support/native-client.ts';
import { testIdentity, testToken } from './support/start-core.ts';
import { KITS_API_KEY, startKits } from './support/start-kits.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

interface Tables {
  notes: { id: Generated<number>; text: string };
}

const notes: NonNullable<Kit['migrations']> = {
  '001-notes': {
    async up(db) {
      await db.schema.createTable('notes').$call(withId(db)).addColumn('text', 'text').execute();
    },
  },
};

const open = { rights: { subscribe: 'anyone', publish: 'anyone' } } as const;

describe('namespaces of a kit', () => {
  it('ask its rights function, which may use the database', async () => {
    const { url } = await startKits([
      defineKit<Tables>({
        name: 'notes',
        migrations: notes,
        namespaces: ({ db }) => ({
          note: {
            rights: {
              async subscribe({ rest }) {
                const row = await db
                  .selectFrom('notes')
                  .select('id')
                  .where('text', '=', rest)
                  .executeTakeFirst();
                return row !== undefined;
              },
            },
          },
        }),
        async onStart({ db }) {
          await db.insertInto('notes').values({ text: 'milk' }).execute();
        },
      }),
    ]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    expect(await client.subscribe('note:milk', 'note:eggs')).toMatchObject([
      { channel: 'note:milk', recovered: false },
      { channel: 'note:eggs', error: { code: 'forbidden' } },
    ]);
  });

  it('may have a rights function that fails, which is told to the operator', async () => {
    const { url, errors } = await startKits([
      defineKit({
        name: 'notes',
        namespaces: { note: { rights: { subscribe: () => Promise.reject(new Error('no luck')) } } },
      }),
    ]);
    const client = await NativeClient.welcomed(url);
    expect((await client.ask('subscribe', { channels: ['note:1'] })).error?.code).toBe('internal');
    expect(errors).toMatchObject([{ message: 'no luck' }]);
  });

  it('refuse an event that does not fit its schema, wherever it is published', async () => {
    let tidings: Tidings | undefined;
    const { url } = await startKits([
      defineKit({
        name: 'notes',
        namespaces: { note: { ...open, events: { added: Type.Object({ text: Type.String() }) } } },
        onStart(given) {
          tidings = given;
        },
      }),
    ]);
    const client = await NativeClient.welcomed(url);
    const refused = await client.ask('publish', { channel: 'note:1', event: 'added', data: { text: 7 } });
    expect(refused.error).toMatchObject({ code: 'event_rejected', details: [{ path: '/text' }] });
    await expect(tidings?.publish({ channel: 'note:1', event: 'gone' })).rejects.toMatchObject({
      code: 'event_rejected',
    });
    const transaction = tidings?.transaction(({ publish }) => publish({ channel: 'note:1', event: 'gone' }));
    await expect(transaction).rejects.toMatchObject({ code: 'event_rejected' });
  });
});

describe('commands of a kit', () => {
  const kit = defineKit({
    name: 'greetings',
    commands: ({ log }) => [
      defineCommand({
        name: 'greet',
        summary: 'Greets.',
        authenticated: true,
        data: Type.Object({ whom: Type.String() }),
        handle({ whom }, { identity }) {
          if (whom === 'nobody') throw new TidingsError('invalid_request', 'Greet somebody.');
          log.info({ whom }, 'greeted');
          return { text: `Hello ${whom}, says ${identity.user}` };
        },
      }),
      defineCommand({
        name: 'break',
        summary: 'Breaks.',
        data: Type.Object({}),
        handle() {
          throw new Error('broken');
        },
      }),
    ],
  });

  it('are checked, run and answered as any other', async () => {
    const { url, logged, errors } = await startKits([kit]);
    const client = await NativeClient.welcomed(url, { token: testToken('alice') });
    const greet = (data: object) => client.ask('greet', { data });
    expect(await greet({ whom: 'Bob' })).toMatchObject({ ok: true, data: { text: 'Hello Bob, says alice' } });
    expect(await greet({ whom: 7 })).toMatchObject({
      error: { code: 'invalid_request', details: [{ path: '/whom' }] },
    });
    expect(await greet({ whom: 'nobody' })).toMatchObject({ error: { message: 'Greet somebody.' } });
    const stranger = await NativeClient.welcomed(url);
    expect((await stranger.ask('greet', { data: { whom: 'Bob' } })).error?.code).toBe('unauthenticated');
    expect((await client.ask('break')).error?.code).toBe('internal');
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(logged).toContainEqual(expect.objectContaining({ kit: 'greetings', whom: 'Bob', msg: 'greeted' }));
  });

  it('work without a live connection', async () => {
    const { core } = await startKits([kit]);
    const caller = { identity: testIdentity('alice'), session: undefined };
    const { reply } = await core.dispatch.run({ name: 'greet', data: { whom: 'Bob' } }, caller);
    expect(reply).toMatchObject({ ok: true, data: { text: 'Hello Bob, says alice' } });
  });
});

describe('routes of a kit', () => {
  const kit = defineKit({
    name: 'notes',
    routes(app, tidings) {
      const body = Type.Object({ text: Type.String() });
      app.post('/notes', { schema: { summary: 'Adds.', body } }, async (request) => {
        const { server, identity } = await tidings.callerOf(request);
        if (!server && identity.user === undefined) throw new TidingsError('unauthenticated');
        return { by: server ? 'server' : identity.user, ...(request.body as object) };
      });
    },
  });

  it('stand under /api/v1 and know who calls', async () => {
    const { url } = await startKits([kit]);
    const api = new Api({ url, bearer: undefined });
    const post = (bearer: string | undefined, body: object) => api.as(bearer).post('/notes', body);
    expect((await post(KITS_API_KEY, { text: 'milk' })).body).toEqual({ by: 'server', text: 'milk' });
    expect((await post(testToken('alice'), { text: 'milk' })).body).toEqual({ by: 'alice', text: 'milk' });
    expect(await post(undefined, { text: 'milk' })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect(await post('forged', { text: 'milk' })).toMatchObject({ body: { code: 'invalid_token' } });
    expect(await post(KITS_API_KEY, {})).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('stand in OpenAPI under the name of the kit', async () => {
    const { http } = await startKits([kit], { prepare: async (app) => void (await app.register(swagger)) });
    const { paths } = http.swagger();
    expect(paths?.['/api/v1/notes']).toMatchObject({ post: { summary: 'Adds.', tags: ['notes'] } });
  });
});

/** How often a heartbeat was written. */
let beats = 0;

/** A shape of its own: `{"op", …}` in, `{"kind", …}` out; what has no form in it is not said. */
const shouting: Dialect = {
  name: 'shouting',
  decode(text) {
    if (text.includes('BUG')) throw new Error('cannot read that');
    return decodeMessages(text, ({ op, room, ...message }) => {
      switch (op) {
        case 'JOIN':
          return { ...idOf(message), name: 'subscribe', data: { channels: [`room:${room}`] } };
        case 'SAY':
          return {
            ...idOf(message),
            name: 'publish',
            data: { channel: `room:${room}`, event: 'said', data: message.text },
          };
        case 'BEAT':
          return { name: 'ping', data: {} };
        default:
          throw new TidingsError('unknown_command', 'Say JOIN, SAY or BEAT.');
      }
    });
  },
  encodeEvent({ event, channel, data }) {
    if (data === 'bug') throw new Error('no form for that');
    return JSON.stringify({ kind: event.toUpperCase(), room: channel.slice('room:'.length), text: data });
  },
  encodeReply(reply) {
    if (!reply.ok) return JSON.stringify({ kind: 'NO', id: reply.id, why: reply.error.code });
    return reply.id === undefined ? undefined : JSON.stringify({ kind: 'YES', id: reply.id });
  },
  encodeNotice(notice) {
    if (notice.type === 'direct' && notice.event === 'beat') beats += 1;
    if (notice.type === 'direct')
      return JSON.stringify({ kind: notice.event.toUpperCase(), ...Object(notice.data) });
    return notice.type === 'disconnect'
      ? JSON.stringify({ kind: 'BYE', why: notice.disconnect.reason })
      : undefined;
  },
};

/** A client of {@link shouting}. */
interface Shout {
  readonly kind: string;
  readonly [field: string]: unknown;
}

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

describe('the database of a kit', () => {
  const kit = defineKit<Tables>({
    name: 'notes',
    migrations: notes,
    namespaces: { note: open },
    commands: (tidings) => [
      defineCommand({
        name: 'add',
        summary: 'Adds a note.',
        data: Type.Object({ text: Type.String() }),
        handle: ({ text }) =>
          tidings.transaction(async ({ db, publish }) => {
            await db.insertInto('notes').values({ text }).execute();
            await publish({ channel: 'note:all', event: 'added', data: { text } });
            if (text === 'bad') throw new TidingsError('forbidden', 'Not that.');
            return db
              .selectFrom('notes')
              .select(({ fn }) => fn.countAll<number>().as('count'))
              .executeTakeFirstOrThrow();
          }),
      }),
    ],
  });

  it('commits what is written and what is published together', async () => {
    const { url } = await startKits([kit]);
    const client = await NativeClient.welcomed(url);
    await client.subscribe('note:all');
    expect((await client.ask('add', { data: { text: 'bad' } })).error?.message).toBe('Not that.');
    expect((await client.ask('add', { data: { text: 'good' } })).data).toEqual({ count: 1 });
    expect(await client.event()).toMatchObject({ event: 'added', data: { text: 'good' }, offset: 1 });
  });
});

describe('jobs of a kit', () => {
  /** A kit with one job, every minute; `ran` waits for its next run. */
  function withJob(run: KitJob['run'], schedule = '* * * * *') {
    return defineKit({ name: 'cron', jobs: [{ name: 'tick', schedule, run }] });
  }

  it('run when they are due, in UTC', async () => {
    const at: string[] = [];
    const { clock } = await startKits([
      withJob(({ clock: now }) => void at.push(new Date(now.now()).toISOString()), '30 2 2 1 *'),
    ]);
    clock.advance(2 * 24 * 60 * 60 * 1000);
    expect(at).toEqual(['2026-01-02T02:30:00.000Z']);
  });

  it('never overlap, and are waited for at the end', async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const { clock, kits } = await startKits([
      withJob(() => {
        runs += 1;
        return gate.promise;
      }),
    ]);
    clock.advance(10 * 60_000);
    expect(runs).toBe(1);
    let stopped = false;
    const stop = kits[0]?.stop().then(() => {
      stopped = true;
    });
    await Promise.resolve();
    expect(stopped).toBe(false);
    gate.resolve();
    await stop;
    clock.advance(10 * 60_000);
    expect(runs).toBe(1);
  });

  it('may fail, and run again', async () => {
    const { clock, logged } = await startKits([
      withJob(() => {
        throw new Error('no luck');
      }),
    ]);
    const failures = () => logged.filter(({ msg }) => msg === 'a job failed');
    for (let run = 1; run <= 2; run += 1) {
      clock.advance(60_000);
      await expect.poll(failures).toHaveLength(run);
    }
    expect(failures()[0]).toMatchObject({ kit: 'cron', job: 'tick', err: { message: 'no luck' } });
  });
});

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
});

it('an existing Socket.IO handler comes along unchanged, beside our own commands', async () => {
  const directory = temporaryDirectory();
  const kit = join(directory, 'legacy.js');
  writeFileSync(
    kit,
    `export default {
      name: 'legacy',
      socketio(io) {
        io.on('connection', (socket) => {
          socket.on('join_thread', (data, ack) => {
            socket.join('thread_' + data.thread_id);
            io.to('thread_' + data.thread_id).emit('user_joined', { thread_id: data.thread_id });
            ack('joined');
          });
        });
      },
    };`,
  );
  const { url } = await startServer({ kits: [kit] });
  const socket = connectSocketIO(url, { transports: ['websocket'], reconnection: false });
  onTeardown(() => socket.disconnect());
  const errors: unknown[] = [];
  socket.on('error', (error) => errors.push(error));
  const joined = new Promise((resolve) => socket.once('user_joined', resolve));
  expect(await socket.emitWithAck('join_thread', { thread_id: 9 })).toBe('joined');
  expect(await joined).toEqual({ thread_id: 9 });
  expect(await socket.emitWithAck('subscribe', { channel: 'demo:1' })).toMatchObject({ ok: true });
  expect(await socket.emitWithAck('leave_thread', {})).toMatchObject({ error: { code: 'unknown_command' } });
  expect(errors).toEqual([]);
});

describe('a kit that cannot be installed', () => {
  const broken: Readonly<Record<string, readonly [kit: Partial<Kit>, fault: RegExp]>> = {
    'a namespace that is there': [{ namespaces: { taken: open } }, /namespace "taken" is declared twice/],
    'a namespace that would break a promise': [
      { namespaces: { x: { durable: true, history: { size: 0 } } } },
      /durable/,
    ],
    'a command that is there': [
      { commands: [defineCommand({ name: 'ping', summary: '', data: Type.Object({}), handle: () => 0 })] },
      /command "ping" is declared twice/,
    ],
    'a path that is there': [
      { websockets: [{ path: '/realtime', dialect: shouting }] },
      /"\/realtime" is declared twice/,
    ],
    'a schedule that is none': [
      { jobs: [{ name: 'tick', schedule: 'often', run: () => {} }] },
      /job "tick": the schedule "often" cannot be read/,
    ],
    'a migration that fails': [
      { migrations: { '001': { up: () => Promise.reject(new Error('no table')) } } },
      /Migration "001" of "kit-broken" failed: no table/,
    ],
    'routes that fail': [{ routes: () => Promise.reject(new Error('no route')) }, /no route/],
    'an onStart that fails': [{ onStart: () => Promise.reject(new Error('no start')) }, /no start/],
  };
  const first = defineKit({ name: 'first', namespaces: { taken: open } });

  it.each(Object.entries(broken))('says which, and why: %s', async (_name, [parts, fault]) => {
    const error = await startKits([first, { name: 'broken', ...parts }]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/^Kit "broken": (?!Kit)/);
    expect((error as Error).message).toMatch(fault);
  });
});

describe('a kit in a file', () => {
  /** Writes files into a directory of their own, outside of the repository. */
  function write(files: Readonly<Record<string, string>>): string {
    const directory = temporaryDirectory();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(directory, name, '..'), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return directory;
  }

  it('is loaded from outside of the repository, and gets the server’s own kit API', async () => {
    const directory = write({
      'kit.ts': `
        import { defineKit, TidingsError, Type } from '@tidings/server/kit';
        import { TidingsError as Same } from '@tidings/protocol';
        import { name } from './name.ts';
        if (Same !== TidingsError) throw new Error('two copies');
        export default defineKit({ name, namespaces: { x: { events: { y: Type.String() } } } });`,
      'name.ts': `export const name: string = 'outside';`,
    });
    const script = `
      const { loadKit } = await import(${JSON.stringify(join(import.meta.dirname, '../packages/server/src/kits/load-kit.ts'))});
      console.log((await loadKit('kit.ts')).name);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', script],
      { cwd: directory, env: { PATH: process.env.PATH } },
    );
    expect(stdout).toBe('outside\n');
  });

  it('is refused with words when it is none', async () => {
    const directory = write({
      'throws.js': `throw new Error('no luck');`,
      'empty.js': 'export const kit = 1;',
      'wrong.js': `export default { name: 'Wrong', comands: [], jobs: {}, onStart: 1, routes: undefined };`,
      'right.js': `export default { name: 'right', commands: [], namespaces: () => ({}), jobs: undefined };`,
    });
    const load = (name: string) => loadKit(join(directory, name));
    await expect(load('nothing.js')).rejects.toThrow(/nothing\.js does not exist/);
    await expect(load('throws.js')).rejects.toThrow(/throws\.js cannot be loaded: no luck/);
    await expect(load('empty.js')).rejects.toThrow(/empty\.js is none:\nIts default export must be/);
    const error = await load('wrong.js').catch((thrown: Error) => thrown);
    expect((error as Error).message.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^"name" must match/),
      expect.stringMatching(/^"comands" is no part of a kit/),
      '"jobs" must be a list.',
      '"onStart" must be a function.',
    ]);
    expect((await load('right.js')).name).toBe('right');
  });
});
