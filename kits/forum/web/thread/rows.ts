/**
 * What the page of a thread shows, from top to bottom.
 *
 * @module
 */
import type { Post } from '../../events.ts';
import type { UnsentPost } from './unsent-posts.ts';

/** A row of the page. */
export type Row =
  /** What follows had not been read when the visitor came. */
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'post'; readonly key: string; readonly post: Post; readonly own: boolean }
  | { readonly kind: 'unsent'; readonly key: string; readonly unsent: UnsentPost };

export interface RowsOptions {
  /** By place. */
  readonly posts: readonly Post[];
  /** One's own that wait for a moderator. */
  readonly held: readonly Post[];
  /** One's own that came by an event before the answer to what has made them. */
  readonly arrived: readonly Post[];
  /** Of this thread, oldest first. */
  readonly unsent: readonly UnsentPost[];
  readonly user: string;
  /** Everything after this place is new; `undefined` when nothing is. */
  readonly line: number | undefined;
}

/** The rows. */
export function rowsOf({ posts, held, arrived, unsent, user, line }: RowsOptions): readonly Row[] {
  const rows: Row[] = [];
  // Where it belongs may not have been loaded yet.
  let lined = line === undefined || (posts[0]?.seq ?? 0) > line + 1;
  for (const post of posts) {
    const own = post.user_id === user;
    // One's own posts are never news.
    if (!lined && !own && (post.seq ?? 0) > (line ?? 0)) {
      lined = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    rows.push({ kind: 'post', key: post.id, post, own });
  }
  for (const post of held) rows.push({ kind: 'post', key: post.id, post, own: true });
  const there = [...arrived];
  for (const each of unsent) {
    const index = there.findIndex(
      ({ content, reply_to }) =>
        content === each.data.content && reply_to === (each.data.reply_to ?? null) && !each.error,
    );
    if (index >= 0) there.splice(index, 1);
    else rows.push({ kind: 'unsent', key: each.key, unsent: each });
  }
  return rows;
}
