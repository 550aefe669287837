/**
 * What the forum's page holds, while answers over HTTP and events overtake one another.
 *
 * @module
 */
import { beforeAll, expect, it } from 'vitest';
import { ThreadList } from '../kits/forum/web/boards/thread-list.ts';
import { SharedDocument } from '../kits/forum/web/document/shared-document.ts';
import { Online } from '../kits/forum/web/people/online.ts';
import { Servers } from '../kits/forum/web/servers/servers.ts';
import { ThreadLog } from '../kits/forum/web/thread/thread-log.ts';
import { openClient, until } from './client/support/open-client.ts';
import { forumToken, type RunningForum, startForum } from './support/forum/start-forum.ts';
import { HeldCalls } from './support/held-calls.ts';
import { onTeardown } from './support/teardown.ts';

let forum: RunningForum;

beforeAll(async () => {
  forum = await startForum({ options: { postsPerMinute: 1000 } });
});

function visitor(user: string) {
  const client = openClient({ url: forum.url, token: forumToken(user, { name: user }) });
  return { client, user, calls: new HeldCalls(forum.as(user)) };
}

async function write(thread: string, user: string, content: string): Promise<void> {
  const { status, text } = await forum.as(user).post(`/forum/threads/${thread}/posts`, { content });
  if (status !== 201) throw new Error(`the post was answered ${status}: ${text}`);
}

async function openLog(thread: string, user: string) {
  const { client, calls } = visitor(user);
  const log = new ThreadLog({ client, call: calls.call, thread, user, onPost: () => {} });
  onTeardown(() => log.close());
  await until(log.state, ({ loaded }) => loaded);
  return { log, calls, client };
}

it('changes an older page that is on its way, and puts no new post into it', async () => {
  const thread = await forum.thread();
  for (let n = 2; n <= 60; n += 1) await write(thread, 'olena', `${n}`);
  const { log, calls } = await openLog(thread, 'berk');
  const { next } = log.state.getSnapshot();
  const late = calls.hold(`/forum/threads/${thread}/posts?limit=50&before=${next}`);
  const loading = log.older();
  await late.read;
  const olena = forum.as('olena');
  const edited = await olena.call('PATCH', `/forum/threads/${thread}/posts/5`, { content: 'five' });
  expect([edited.status, edited.text]).toEqual([200, expect.anything()]);
  expect((await olena.call('DELETE', `/forum/threads/${thread}/posts/6`)).status).toBeLessThan(300);
  await write(thread, 'olena', 'new');
  await until(log.state, ({ posts }) => posts.at(-1)?.content === 'new');
  late.release();
  await loading;
  const { posts } = log.state.getSnapshot();
  expect(posts.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
  expect(posts[4]).toMatchObject({ content: 'five' });
  expect(posts[5]).toMatchObject({ content: '', state: 'deleted' });
});

it('keeps what a thread was changed to and how far it is read, whichever answer comes late', async () => {
  const thread = await forum.thread();
  const { log, calls } = await openLog(thread, 'cem');
  const late = calls.hold(`/forum/threads/${thread}`);
  const loading = log.load();
  await late.read;
  await forum.moderator.call('PATCH', `/forum/threads/${thread}`, { title: 'Renamed', locked: true });
  await forum.as('cem').call('PUT', `/forum/threads/${thread}/read`, {});
  await until(log.state, ({ thread }) => thread?.title === 'Renamed' && thread.read_seq === 1);
  late.release();
  await loading;
  expect(log.state.getSnapshot().thread).toMatchObject({
    title: 'Renamed',
    locked: true,
    read_seq: 1,
    unread: 0,
  });
});

it('counts posts and what is unread in a list as it was heard, whichever answer comes late', async () => {
  const thread = await forum.thread();
  const { board_id: board } = (await forum.backend.get(`/forum/threads/${thread}`)).body as {
    board_id: string;
  };
  const { client, calls, user } = visitor('deniz');
  const list = new ThreadList({ client, call: calls.call, board, user, search: '' });
  onTeardown(() => list.close());
  await until(list.state, ({ loaded }) => loaded);
  const late = calls.hold(`/forum/boards/${board}/threads?`);
  const loading = list.load();
  await late.read;
  await write(thread, 'olena', 'second');
  const begun = await forum.as('olena').post(`/forum/boards/${board}/threads`, {
    title: 'Another',
    content: 'First',
  });
  expect(begun.status).toBe(201);
  await until(list.state, ({ threads }) => threads.length === 2 && threads.some(({ posts }) => posts === 2));
  late.release();
  await loading;
  const { threads } = list.state.getSnapshot();
  expect(threads.map(({ title, posts, unread }) => [title, posts, unread]).toSorted()).toEqual([
    ['Another', 1, 1],
    ['Hello', 2, 2],
  ]);
});

it('shows the newest of a game server, whichever answer comes late', async () => {
  const tell = (players: number) =>
    forum.backend.post('/forum/servers/late/status', {
      online: true,
      players,
      max_players: 32,
      map: 'oasis',
    });
  await forum.backend.call('PUT', '/forum/servers/late', { name: 'Late', type: 'push' });
  await tell(1);
  const { client, calls } = visitor('emre');
  const servers = new Servers(client, calls.call);
  onTeardown(() => servers.close());
  const shown = () =>
    servers.state.getSnapshot().servers.find(({ server_id }) => server_id === 'late')?.status.players;
  await until(servers.state, () => shown() === 1);
  await until(client.channel('server:late').status, ({ state }) => state === 'live');
  const late = calls.hold('/forum/servers');
  const loading = servers.load();
  await late.read;
  forum.clock.jump(1000);
  await tell(2);
  await until(servers.state, () => shown() === 2);
  late.release();
  await loading;
  expect(shown()).toBe(2);
});

it('knows who is online as it was last heard', async () => {
  const { client } = visitor('fatma');
  const online = new Online(client);
  onTeardown(() => online.close());
  await until(online.state, ({ people }) => people.some(({ user_id }) => user_id === 'fatma'));
  const gul = await forum.native('gul', { name: 'Gül' });
  await gul.subscribe('panel:online');
  await until(online.state, () => online.find('gul') !== undefined);
  gul.ws.close();
  await until(online.state, () => online.find('gul') === undefined);
});

it('merges what two write into a document while one of them has no connection', async () => {
  const thread = await forum.thread();
  const open = async (user: string) => {
    const { client } = visitor(user);
    const shared = new SharedDocument(client, thread, { name: user, color: '#000' });
    onTeardown(() => shared.close());
    await until(shared.state, ({ loaded }) => loaded);
    return { client, shared };
  };
  const [ayse, olena] = [await open('ayse'), await open('olena')];
  ayse.shared.text.insert(0, 'Saturday');
  await expect.poll(() => olena.shared.text.toString()).toBe('Saturday');
  ayse.client.disconnect();
  ayse.shared.text.insert(8, ' evening');
  olena.shared.text.insert(0, 'Next ');
  await until(olena.shared.state, ({ unsaved }) => !unsaved);
  await ayse.client.connect();
  for (const { shared } of [ayse, olena])
    await expect.poll(() => shared.text.toString()).toBe('Next Saturday evening');
  // What waits is there again in another life of the page, before there is a connection.
  ayse.client.disconnect();
  ayse.shared.text.insert(0, 'The ');
  await until(ayse.client.pending, ({ entries }) => entries.length === 1);
  const again = new SharedDocument(ayse.client, thread, { name: 'ayse', color: '#000' });
  onTeardown(() => again.close());
  expect(again.state.getSnapshot()).toMatchObject({ loaded: false, unsaved: true });
  await ayse.client.connect();
  await until(again.state, ({ loaded, unsaved }) => loaded && !unsaved);
  expect(again.text.toString()).toBe('The Next Saturday evening');
  await expect.poll(() => olena.shared.text.toString()).toBe('The Next Saturday evening');
});
