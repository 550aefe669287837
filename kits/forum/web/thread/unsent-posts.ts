import type { Client } from '@tidings/client';
import { type Unsent, UnsentCommands } from '../../../shared/web/unsent.ts';

/** What `forum_post` is given. */
export interface PostData {
  readonly thread_id: string;
  readonly content: string;
  /** The place of the post that it answers. */
  readonly reply_to?: number;
}

/** A post that is on its way, or was refused. */
export type UnsentPost = Unsent<PostData>;

/** The visitor's posts that are not sent. */
export class UnsentPosts extends UnsentCommands<PostData> {
  constructor(client: Client, user: string) {
    super(client, 'forum_post', `tidings.forum.failed:${user}`);
  }
}
