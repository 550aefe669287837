import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Forum } from '../kits/forum/server/tables.ts';
import { type RunningForum, startForum } from './support/forum/start-forum.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

/** What the kit of these tests is reached by. */
interface Hooks {
  forum?: Forum;
  /** Called when a command is about to have a connection follow channels. */
  beforeFollow?: (() => Promise<void>) | undefined;
  /** Called when a command knows who is here. */
  afterPresence?: (() => Promise<void>) | undefined;
}
const HOOKS = 'forum-races-hooks';
const hooks: Hooks = {};
beforeEach(() => void Object.assign(globalThis, { [HOOKS]: hooks }));
afterEach(() => {
  hooks.beforeFollow = undefined;
  hooks.afterPresence = undefined;
});

/** The forum, held up where a test wants to. */
function start(): Promise<RunningForum> {
  const file = join(temporaryDirectory(), 'forum.ts');
  const kit = join(import.meta.dirname, '../kits/forum/server/kit.ts');
  writeFileSync(
    file,
    `import forum from ${JSON.stringify(kit)};
const hooks = globalThis[${JSON.stringify(HOOKS)}];
export default {
  ...forum,
  commands(tidings) {
    hooks.forum = tidings;
    const follow = async (...given) => {
      await hooks.beforeFollow?.();
      await tidings.follow(...given);
    };
    const presenceOf = async (channel) => {
      const presence = await tidings.presenceOf(channel);
      await hooks.afterPresence?.();
      return presence;
    };
    return forum.commands({ ...tidings, follow, presenceOf });
  },
};\n`,
  );
  return startForum({ config: { kits: [file] } });
}

it.each(['join_forum', 'doc_open', 'call_join'])(
  'who loses a right while %s is under way follows nothing',
  async (command) => {
    const forum = await start();
    const { moderator } = forum;
    const thread_id = await forum.thread({ private: true });
    const { board_id } = (await moderator.get(`/forum/threads/${thread_id}`)).body;
    const member = `/forum/boards/${board_id}/members/berk`;
    await moderator.call('PUT', member);
    const late = await forum.socket('berk');
    // The sessions of a user are looked at in the order in which they came.
    const witness = await forum.socket('berk');
    await witness.ask('join_forum', { thread_id });
    hooks.beforeFollow = async () => {
      hooks.beforeFollow = undefined;
      await moderator.call('DELETE', member);
      await witness.take('forum_left');
    };
    await expect(late.ask(command, { thread_id })).rejects.toThrow('not_found');
    const [, session] = hooks.forum?.sessionsOf('berk') ?? [];
    expect(session).toBeDefined();
    for (const { subscriptions } of hooks.forum?.sessionsOf('berk') ?? [])
      expect([...subscriptions.keys()].filter((channel) => channel.endsWith(thread_id))).toEqual([]);
  },
);

it('nobody goes on hearing a thread because their rights cannot be found out', async () => {
  const forum = await start();
  const thread_id = await forum.thread();
  const berk = await forum.socket('berk');
  await berk.ask('join_forum', { thread_id });
  const { db, publish } = hooks.forum as Forum;
  await db.schema.alterTable('forum_bans').renameTo('forum_bans_away').execute();
  await publish({ channel: 'forum:rights', event: 'rights_changed', data: { user: 'berk' } });
  expect(await berk.take('forum_left')).toEqual({ channel: `thread:${thread_id}` });
});

it('who becomes invisible looks offline, also when they come in this moment', async () => {
  const forum = await start();
  const witness = await forum.socket('berk');
  hooks.afterPresence = async () => {
    hooks.afterPresence = undefined;
    await forum.socket('cem');
    await witness.take('user_status_change', ({ user_id, online }) => user_id === 'cem' && online === true);
  };
  await forum.as('cem').post('/commands/set_status', { status: 'invisible' });
  await witness.take('user_status_change', ({ user_id, online }) => user_id === 'cem' && online === false);
});
