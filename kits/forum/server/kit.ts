/**
 * The forum: boards with threads, people, game servers, live. This is the list of its parts; each stands in a folder of its
 * own.
 *
 * @module
 */
import { env } from 'node:process';
import { defineKit, type Kit } from '@tidings/server/kit';
import { composeKit } from '../../shared/server/compose-kit.ts';
import { perServer } from '../../shared/server/per-server.ts';
import { callsPart } from './calls/calls-part.ts';
import { documentsPart } from './documents/documents-part.ts';
import { filesPart } from './files/files-part.ts';
import { moderationPart } from './moderation/moderation-part.ts';
import { type ForumOptions, forumOptions, optionsFrom } from './options.ts';
import { peoplePart } from './people/people-part.ts';
import { rightsPart } from './rights-changed.ts';
import { serversPart } from './servers/servers-part.ts';
import type { Forum, ForumTables } from './tables.ts';
import { Posts } from './threads/posts.ts';
import { threadsPart } from './threads/threads-part.ts';

/** Makes the kit. @throws Error that says which option is wrong. */
export function createForumKit(given: Partial<ForumOptions> = {}): Kit<ForumTables> {
  const options = forumOptions(given);
  const posts = perServer((forum: Forum) => new Posts(forum, options));
  return defineKit(
    composeKit<ForumTables>('forum', [
      threadsPart(posts, options),
      peoplePart(),
      moderationPart(posts),
      rightsPart(),
      serversPart(options),
      filesPart(options),
      documentsPart(options),
      callsPart(options),
    ]),
  );
}

export default createForumKit(optionsFrom(env));
