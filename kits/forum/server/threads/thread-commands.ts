/**
 * The commands of threads, the same on every transport and over HTTP.
 *
 * @module
 */
import { type CommandContext, type CommandDefinition, defineCommand } from '@tidings/server/kit';
import { type ForumActivity, forumPost, InThread, type Joined } from '../../events.ts';
import { readableThread } from '../access.ts';
import { type Actor, actorFrom, callerOf } from '../callers.ts';
import { threadChannel } from '../channels.ts';
import { followReadable } from '../follow-readable.ts';
import { membersOf } from '../people/people.ts';
import type { Forum } from '../tables.ts';
import { readPosts, recentActivity } from './history.ts';
import type { Posts } from './posts.ts';
import { mine } from './reading.ts';

/** Posts that who joins a thread is given. */
const NEWEST = 50;
/** Of what happened lately, likewise. */
const RECENT = 10;

type Claimed = string | number | undefined;

/** Who sends a command; nobody in particular, when no user is named. @throws TidingsError `forbidden`, `unauthenticated` */
function actorOf({ identity }: CommandContext, claimed: Claimed): Actor {
  return claimed === undefined ? actorFrom(identity) : callerOf(identity, claimed);
}

/** @param maxPost characters */
export function threadCommands(
  forum: Forum,
  posts: Posts,
  { maxPost }: { readonly maxPost: number },
): readonly CommandDefinition[] {
  const { db } = forum;

  const join = async (actor: Actor, id: string): Promise<Joined> => {
    const channel = threadChannel(id);
    const position = await forum.positionOf(channel);
    const thread = await readableThread(db, actor, id);
    const [seen] = await mine(db, actor.user, [thread]);
    if (!seen) throw new Error('a thread was lost');
    return {
      channel,
      thread: seen,
      posts: (await readPosts(db, thread, { limit: NEWEST })).posts,
      activity: await recentActivity(db, thread, RECENT),
      people: (await membersOf(forum, channel)).users,
      position,
    };
  };

  const commands = [
    defineCommand({
      name: 'join_forum',
      summary: 'Hear a thread on this connection: its posts, activity, who is there and who types.',
      data: InThread,
      live: true,
      // Who joins and writes in one breath hears it.
      exclusive: true,
      async handle({ user_id, thread_id }, context) {
        const actor = actorOf(context, user_id);
        const { id } = await readableThread(db, actor, String(thread_id));
        const { session } = context;
        // First, so that what comes meanwhile is heard.
        const read = () => join(actor, id);
        const joined = session
          ? await followReadable(forum, session, [threadChannel(id)], read)
          : await read();
        const recent: ForumActivity = { thread_id: id, activity: [...joined.activity] };
        if (session) forum.send(session, 'forum_activity', recent);
        return joined;
      },
    }),
    defineCommand({
      name: 'leave_forum',
      summary: 'Hear a thread no more on this connection.',
      data: InThread,
      live: true,
      exclusive: true,
      handle({ user_id, thread_id }, context) {
        actorOf(context, user_id);
        const { session } = context;
        if (session) forum.unfollow(session, [threadChannel(String(thread_id))]);
        return { thread_id: String(thread_id) };
      },
    }),
    defineCommand({
      name: 'forum_post',
      summary: 'Write in a thread; a repeat under the same key has one effect and the same answer.',
      data: forumPost(maxPost),
      authenticated: true,
      handle({ user_id, thread_id, content, reply_to }, context) {
        const writer = callerOf(context.identity, user_id);
        return posts.write(writer, writer, { thread_id: String(thread_id), content, reply_to }, context);
      },
    }),
    ...(['typing_start', 'typing_stop'] as const).map((name) =>
      defineCommand({
        name,
        summary:
          name === 'typing_start'
            ? 'Begin or renew one’s typing mark in a thread; it ends by itself.'
            : 'End one’s typing mark in a thread.',
        data: InThread,
        authenticated: true,
        idempotent: true,
        async handle({ user_id, thread_id }, context) {
          const { id } = await readableThread(db, callerOf(context.identity, user_id), String(thread_id));
          await forum.markTyping(context, threadChannel(id), name === 'typing_start');
          return {};
        },
      }),
    ),
  ];
  return commands as readonly CommandDefinition[];
}
