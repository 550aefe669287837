/**
 * Threads and posts as they are told.
 *
 * @module
 */
import type { Activity, Post, Thread } from '../../events.ts';
import type { BoardRow, ThreadRow } from '../access.ts';
import type { ForumTables } from '../tables.ts';
import { excerpt } from './text.ts';

export type PostRow = ForumTables['forum_posts'];

/** A time as it is told. @param at milliseconds since 1970-01-01 UTC */
export function time(at: number): string {
  return new Date(at).toISOString();
}

/** The id of a post, unique among all threads. */
export function postId(thread: string, seq: number): string {
  return `${thread}:${seq}`;
}

export function boardView(row: BoardRow, threads: number) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    private: row.private === 1,
    position: row.position,
    threads,
  };
}

export function threadView(row: ThreadRow): Thread {
  return {
    id: row.id,
    board_id: row.board,
    title: row.title,
    user_id: row.user,
    username: row.name,
    created: time(row.created),
    active: time(row.active),
    last_user_id: row.last_user,
    last_username: row.last_name,
    last_seq: row.last_seq,
    posts: row.posts,
    locked: row.locked === 1,
    pinned: row.pinned === 1,
  };
}

export function postView(row: PostRow): Post {
  return {
    id: postId(row.thread, row.seq),
    thread_id: row.thread,
    seq: row.seq,
    user_id: row.user,
    username: row.name,
    content: row.content,
    reply_to: row.reply_to,
    timestamp: time(row.at),
    edited: row.edited === null ? null : time(row.edited),
    state: row.deleted === 1 ? 'deleted' : 'visible',
  };
}

/** A post as something that happened; the first of a thread is the thread. */
export function activityView(thread: Pick<ThreadRow, 'board' | 'title'>, post: PostRow): Activity {
  return {
    type: post.seq === 1 ? 'thread' : 'post',
    thread_id: post.thread,
    board_id: thread.board,
    title: thread.title,
    user_id: post.user,
    username: post.name,
    seq: post.seq,
    excerpt: excerpt(post.content),
    timestamp: time(post.at),
  };
}
