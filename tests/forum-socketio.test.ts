import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { forumToken, startForum } from './support/forum/start-forum.ts';
import { Inbox } from './support/inbox.ts';
import { onTeardown } from './support/teardown.ts';

/** What a client of the document tells its page, in order. */
type Told = readonly [string, Record<string, unknown>];

/** The client of the document, its snippets as they stand there; only the address and the cookie are the test's. */
async function documentClient(url: string, userId: string | number, threadId: string) {
  const told = new Inbox<Told>('the document’s client');
  const socket: Socket = io(url, {
    forceNew: true,
    extraHeaders: { cookie: `session=${forumToken(String(userId), { name: `User ${userId}` })}` },
  });
  onTeardown(() => void socket.disconnect());
  const updateUserStatus = (user: unknown, online: unknown) =>
    told.push(['updateUserStatus', { user, online }]);
  const updateServerDisplay = (server: unknown, status: unknown) =>
    told.push(['updateServerDisplay', { server, status }]);
  const showBrowserNotification = (title: unknown, body: unknown, link: unknown) =>
    told.push(['showBrowserNotification', { title, body, url: link }]);
  for (const event of ['connected', 'authenticated', 'forum_activity', 'user_typing', 'online_users_list'])
    socket.on(event, (data) => told.push([event, data]));
  socket.on('error', (data) => told.push(['error', data]));

  // Join forum thread
  socket.emit('join_forum', {
    user_id: userId,
    thread_id: threadId,
  });

  // Handle updates
  socket.on('forum_update', (data) => {
    // Update UI with new content
    told.push(['forum_update', data]);
  });

  // User comes online
  socket.emit('authenticate', { user_id: userId });

  // Receive status updates
  socket.on('user_status_change', (data) => {
    updateUserStatus(data.user_id, data.online);
  });

  // Request server status
  socket.emit('server_status_request', {
    server_ids: ['main', 'secondary'],
  });

  // Receive updates
  socket.on('server_status_update', (data) => {
    updateServerDisplay(data.server_id, data.status);
  });

  // Handle push events
  socket.on('notification', (data) => {
    showBrowserNotification(data.title, data.body, data.url);
  });

  const take = async (event: string, match: (data: Record<string, unknown>) => boolean = () => true) =>
    (await told.take(([name, data]) => name === event && match(data)))[1];
  await take('authenticated');
  return { socket, told, take };
}

const cookie = { auth: { cookie: 'session' } };

describe('the forum over Socket.IO', () => {
  it('serves the client of the document as it is written', async () => {
    const forum = await startForum({ config: cookie });
    const { url, backend, moderator } = forum;
    await backend.call('PUT', '/forum/servers/main', { name: 'ET Main' });
    const thread = await forum.thread();
    const seven = await documentClient(url, 7, thread);
    expect(seven.told.all).toContainEqual([
      'connected',
      expect.objectContaining({ status: 'ok', timestamp: expect.any(Number) }),
    ]);
    expect(seven.told.all).toContainEqual([
      'forum_activity',
      {
        thread_id: thread,
        activity: [expect.objectContaining({ type: 'thread', username: 'Ayşe', excerpt: 'First' })],
      },
    ]);
    await seven.take('updateServerDisplay', ({ server }) => server === 'main');
    // Who comes later is seen.
    const eight = await documentClient(url, 8, thread);
    await seven.take('updateUserStatus', ({ user, online }) => user === '8' && online === true);
    eight.socket.emit('get_online_users');
    expect(await eight.take('online_users_list')).toEqual({
      users: [
        { user_id: '7', username: 'User 7', status: 'online', text: '' },
        { user_id: '8', username: 'User 8', status: 'online', text: '' },
      ],
      count: 2,
    });

    eight.socket.emit('typing_start', { user_id: 8, thread_id: thread });
    const typing = { user_id: '8', username: 'User 8', thread_id: thread };
    expect(await seven.take('user_typing')).toEqual({ ...typing, action: 'start' });
    eight.socket.emit('typing_stop', { user_id: 8, thread_id: thread });
    expect(await seven.take('user_typing')).toEqual({ ...typing, action: 'stop' });

    const content = 'Merhaba <b>@7</b> & others';
    eight.socket.emit('forum_post', { user_id: 8, thread_id: thread, content });
    const { type, data } = await seven.take('forum_update');
    expect([type, data]).toEqual([
      'new_post',
      {
        id: `${thread}:2`,
        thread_id: thread,
        seq: 2,
        user_id: '8',
        username: 'User 8',
        content,
        reply_to: null,
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        edited: null,
        state: 'visible',
      },
    ]);
    expect(
      await seven.take('forum_activity', ({ activity }) => JSON.stringify(activity).includes('Merhaba')),
    ).toMatchObject({
      activity: [{ type: 'post', user_id: '8', seq: 2, excerpt: content, title: 'Hello' }],
    });
    expect(await seven.take('showBrowserNotification')).toEqual({
      title: 'User 8 mentioned you',
      body: `Hello: ${content}`,
      url: `/forum?thread=${thread}&post=2`,
    });

    // Who has left hears no more of the thread, and nobody hears their own typing.
    seven.socket.emit('leave_forum', { user_id: 7, thread_id: thread });
    await seven.socket.emitWithAck('ping');
    await moderator.post(`/forum/threads/${thread}/posts`, { content: 'after' });
    await eight.take('forum_update', (update) => JSON.stringify(update).includes('after'));
    await seven.socket.emitWithAck('ping');
    expect(seven.told.all.filter(([event]) => event === 'forum_update')).toHaveLength(1);
    expect(eight.told.all.filter(([event]) => event === 'user_typing' || event === 'error')).toEqual([]);

    eight.socket.disconnect();
    await seven.take('updateUserStatus', ({ user, online }) => user === '8' && online === false);
  });

  it('takes nobody for somebody else', async () => {
    const forum = await startForum();
    const thread = await forum.thread();
    const ayse = await forum.socket('ayse');
    const asOther = { user_id: 'berk', thread_id: thread };
    for (const [command, data] of Object.entries({
      authenticate: { user_id: 'berk' },
      join_forum: asOther,
      leave_forum: asOther,
      forum_post: { ...asOther, content: 'x' },
      typing_start: asOther,
      typing_stop: asOther,
      set_status: { user_id: 'berk', status: 'away' },
    }))
      await expect(ayse.ask(command, data), command).rejects.toThrow('forbidden');
    const stranger = io(forum.url, { forceNew: true, transports: ['websocket'] });
    onTeardown(() => void stranger.disconnect());
    expect(await stranger.emitWithAck('authenticate', { user_id: 'ayse' })).toMatchObject({
      error: { code: 'unauthenticated' },
    });
    // Reading a public board needs nobody in particular.
    expect(await stranger.emitWithAck('join_forum', { thread_id: thread })).toMatchObject({
      ok: true,
      data: { thread: { id: thread, mode: 'none' }, posts: [{ content: 'First' }] },
    });
    expect(await stranger.emitWithAck('forum_post', { thread_id: thread, content: 'x' })).toMatchObject({
      error: { code: 'unauthenticated' },
    });
    // The other form of the command is the server's own.
    expect(await stranger.emitWithAck('authenticate', { token: forumToken('cem') })).toMatchObject({
      ok: true,
      data: { user: 'cem' },
    });
    expect(await stranger.emitWithAck('authenticate', { user_id: 'cem' })).toMatchObject({
      ok: true,
      data: { status: 'success', user_id: 'cem' },
    });
  });

  it('tells how people want to be seen', async () => {
    const forum = await startForum();
    const ayse = await forum.socket('ayse', { name: 'Ayşe' });
    const change = (match: (data: Record<string, unknown>) => boolean) =>
      ayse.take('user_status_change', (data) => data.user_id === 'berk' && match(data));
    // From now on it hears who comes.
    await ayse.ask('get_online_users');
    const berk = await forum.socket('berk', { name: 'Berk' });
    expect(await change(() => true)).toMatchObject({ online: true, status: 'online', username: 'Berk' });
    expect(await berk.ask('set_status', { status: 'busy', text: 'in a match' })).toEqual({
      status: 'busy',
      text: 'in a match',
    });
    expect(await change(() => true)).toMatchObject({ online: true, status: 'busy', text: 'in a match' });
    await berk.ask('set_status', { status: 'invisible', text: 'hiding' });
    expect(await change(() => true)).toMatchObject({ online: false, status: 'offline', text: '' });
    expect(await ayse.ask('get_online_users')).toMatchObject({ count: 1, users: [{ user_id: 'ayse' }] });
    // Who is invisible comes and goes unseen; their other devices know.
    const second = await forum.native('berk');
    second.ws.close();
    await second.closed;
    berk.socket.disconnect();
    await expect.poll(async () => (await forum.as('berk').get('/forum/me')).body.status).toBe('invisible');
    await forum.as('berk').call('PUT', '/forum/status', { status: 'away' });
    const back = await forum.native('berk', { name: 'Berk' });
    expect(await change(() => true)).toMatchObject({ online: true, status: 'away' });
    back.ws.close();
    expect(await change(() => true)).toMatchObject({ online: false, status: 'offline' });
  });

  it('knows one typing mark, however it is made', async () => {
    const forum = await startForum();
    const thread = await forum.thread();
    const [ayse, berk] = [await forum.socket('ayse'), await forum.native('berk')];
    await ayse.ask('join_forum', { thread_id: thread });
    await berk.ask('typing', { channel: `thread:${thread}` });
    expect(await ayse.take('user_typing')).toMatchObject({ user_id: 'berk', action: 'start' });
    // The same mark, so that it is no news; it ends by itself.
    await berk.ask('typing_start', { data: { thread_id: thread } });
    forum.clock.jump(60_000);
    expect(await ayse.take('user_typing')).toMatchObject({ user_id: 'berk', action: 'stop' });
    await berk.subscribe(`typing:thread:${thread}`);
    await ayse.ask('typing_start', { thread_id: thread });
    expect(await berk.event()).toMatchObject({ event: 'start', data: { user: 'ayse' } });
    await ayse.ask('typing_stop', { thread_id: thread });
    expect(await berk.event()).toMatchObject({ event: 'stop', data: { user: 'ayse' } });
    expect(ayse.heard.all.filter(({ event }) => event === 'user_typing')).toHaveLength(2);
  });

  it('gives who was cut off what was written meanwhile', async () => {
    const forum = await startForum();
    const thread = await forum.thread();
    const ayse = await forum.socket('ayse');
    await ayse.ask('join_forum', { thread_id: thread });
    const write = (content: string) => forum.moderator.post(`/forum/threads/${thread}/posts`, { content });
    await write('before');
    await ayse.take('forum_update');
    const back = new Promise<void>((resolve) => ayse.socket.once('connect', resolve));
    const gone = new Promise<void>((resolve) => ayse.socket.once('disconnect', () => resolve()));
    ayse.socket.io.engine.close();
    await gone;
    await write('missed');
    await back;
    expect(ayse.socket.recovered).toBe(true);
    expect(await ayse.take('forum_update')).toMatchObject({ data: { content: 'missed' } });
    await write('after');
    expect(await ayse.take('forum_update')).toMatchObject({ data: { content: 'after' } });
  });
});

it('python-socketio does what the document’s client does', async () => {
  const forum = await startForum();
  const thread = await forum.thread();
  const program = `
import socketio, sys
def say(*words): sys.stdout.write(' '.join(map(str, words)) + '\\n'); sys.stdout.flush()
client = socketio.Client()
@client.on('authenticated')
def on_authenticated(data, *rest): say('authenticated', data['status'], len(data['online_users']))
@client.on('forum_update')
def on_forum_update(data, *rest): say('forum_update', data['type'], data['data']['username'], data['data']['content'])
@client.on('forum_activity')
def on_forum_activity(data, *rest): say('forum_activity', len(data['activity']), data['activity'][-1]['excerpt'])
@client.on('user_typing')
def on_user_typing(data, *rest): say('user_typing', data['user_id'], data['action'])
@client.on('online_users_list')
def on_online_users_list(data, *rest): say('online_users_list', data['count'], data['users'][-1]['username'])
@client.on('server_status_update')
def on_server_status_update(data, *rest): say('server_status_update', data['server_id'], data['status']['online'])
@client.on('error')
def on_error(data, *rest): say('error', data['command'], data['code'])
client.connect('${forum.url}', auth={'token': '${forumToken('7', { name: 'Yedi' })}'}, transports=[sys.argv[1]])
client.emit('authenticate', {'user_id': 7})
client.emit('join_forum', {'user_id': 7, 'thread_id': '${thread}'})
client.call('ping')
client.emit('get_online_users')
client.emit('server_status_request', {'server_ids': ['nowhere']})
client.emit('typing_start', {'user_id': 8, 'thread_id': '${thread}'})
client.emit('forum_post', {'user_id': 7, 'thread_id': '${thread}', 'content': 'Merhaba ' + sys.argv[1]})
client.call('ping')
say('ready')
sys.stdin.readline()
client.emit('leave_forum', {'user_id': 7, 'thread_id': '${thread}'})
client.call('ping')
client.disconnect()
`;
  const berk = await forum.native('berk');
  // From now on it is here.
  await berk.ask('get_online_users');
  for (const transport of ['websocket', 'polling']) {
    const child = spawn('/usr/bin/python3', ['-c', program, transport]);
    onTeardown(() => void child.kill('SIGKILL'));
    const lines = new Inbox<string>('python-socketio');
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    createInterface(child.stderr).on('line', (line) => lines.push(`stderr: ${line}`));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    for (const line of [
      'authenticated success 2',
      'online_users_list 2 berk',
      'server_status_update nowhere False',
      'error typing_start forbidden',
      `forum_update new_post Yedi Merhaba ${transport}`,
      `forum_activity 1 Merhaba ${transport}`,
      'ready',
    ])
      await lines.take((said) => said === line);
    await berk.ask('typing_start', { data: { thread_id: thread } });
    await lines.take((line) => line === 'user_typing berk start');
    await berk.ask('typing_stop', { data: { thread_id: thread } });
    await lines.take((line) => line === 'user_typing berk stop');
    child.stdin.write('\n');
    expect(await ended).toBe(0);
    expect(lines.all.filter((line) => line.startsWith('stderr'))).toEqual([]);
  }
});
