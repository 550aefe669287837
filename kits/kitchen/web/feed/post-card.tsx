import { useChannel, useTyping } from '@tidings/react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Static } from 'typebox';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { agoText, timeText } from '../../../shared/web/time-text.ts';
import { useInView } from '../../../shared/web/use-in-view.ts';
import type { POST_EVENTS } from '../../events.ts';
import { attempt, type Kitchen } from '../kitchen.ts';
import { PlaceLink } from '../place-link.tsx';
import { Comments } from './comments.tsx';
import type { Feed } from './feed.ts';
import type { Following } from './following.ts';
import type { Post } from './post.ts';

export interface PostCardProps {
  readonly kitchen: Kitchen;
  readonly feed: Feed;
  readonly following: Following;
  readonly post: Post;
  /** The visitor follows its author. */
  readonly followed: boolean;
  /** It came while the page was open. */
  readonly fresh: boolean;
  /** Its comments are shown from the beginning. */
  readonly opened: boolean;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
}

/** A post. Its channel is followed while the card is in view or its comments are open. */
export function PostCard({ kitchen, feed, following, post, followed, fresh, opened, now }: PostCardProps) {
  const { t, page } = kitchen;
  const { language } = page;
  const card = useRef<HTMLLIElement>(null);
  const inView = useInView(card);
  const [open, setOpen] = useState(opened);
  const comments = useId();
  const at = Date.parse(post.created_at);
  const own = post.author_id === page.user;
  const canFollow = !own && post.author_id !== '';
  return (
    <li ref={card} className="kitchen-post" data-fresh={fresh} data-post={post.id}>
      {inView || open ? <FollowPost id={post.id} feed={feed} /> : null}
      <article aria-label={post.author_name}>
        <header>
          <Avatar id={post.author_id} name={post.author_name} />
          <div className="kitchen-who">
            {post.author_id === '' ? (
              <b>{post.author_name}</b>
            ) : (
              <PlaceLink className="kitchen-author-link" to={{ tab: 'feed', user: post.author_id }}>
                {post.author_name}
              </PlaceLink>
            )}
            <PlaceLink className="kitchen-post-time" to={{ tab: 'feed', post: post.id }}>
              <time dateTime={post.created_at} title={timeText(at, language)}>
                {agoText(at, language, now)}
              </time>
            </PlaceLink>
          </div>
          {canFollow ? (
            <button
              type="button"
              className="kitchen-quiet kitchen-follow"
              aria-pressed={followed}
              aria-label={`${t.feed.follow}: ${post.author_name}`}
              onClick={() => void attempt(kitchen, () => following.follow(post.author_id, !followed))}
            >
              {followed ? t.feed.followsNow : t.feed.follow}
            </button>
          ) : null}
          {own ? (
            <button
              type="button"
              className="kitchen-quiet danger"
              onClick={() => {
                if (confirm(t.feed.sure)) void attempt(kitchen, () => feed.remove(post.id));
              }}
            >
              {t.remove}
            </button>
          ) : null}
        </header>
        <p className="kitchen-text">{post.content}</p>
        <footer>
          <button
            type="button"
            className="kitchen-like"
            aria-pressed={post.liked}
            aria-label={t.feed.likes(post.likes)}
            title={post.liked ? t.feed.unlike : t.feed.like}
            onClick={() => void attempt(kitchen, () => feed.like(post.id, !post.liked))}
          >
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <path d="M10 16.5S3 12.3 3 7.6A3.6 3.6 0 0 1 10 6a3.6 3.6 0 0 1 7 1.6c0 4.7-7 8.9-7 8.9z" />
            </svg>
            <span key={post.likes} className="kitchen-count">
              {post.likes}
            </span>
          </button>
          <button
            type="button"
            className="kitchen-quiet"
            aria-expanded={open}
            aria-controls={comments}
            onClick={() => setOpen(!open)}
          >
            {t.feed.comments(post.comments)}
          </button>
          {inView && !open ? <Writing kitchen={kitchen} post={post} /> : null}
        </footer>
        {open ? <Comments id={comments} kitchen={kitchen} post={post} now={now} /> : null}
      </article>
    </li>
  );
}

type PostEvents = { readonly [Name in keyof typeof POST_EVENTS]: Static<(typeof POST_EVENTS)[Name]> };

/** The newest events that say how a post stands: each count comes before what was counted. */
const LAST = 2;

function FollowPost({ id, feed }: { readonly id: string; readonly feed: Feed }) {
  const { channel } = useChannel<PostEvents>(`post:${id}`, { last: LAST, onGap: () => feed.reload(id) });
  useEffect(() => {
    const stops = [
      channel.on('PostUpdated', (counts) => feed.apply(counts)),
      channel.on('PostDeleted', () => feed.drop(id)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [channel, feed, id]);
  return null;
}

/** Who writes a comment. */
function Writing({ kitchen, post }: { readonly kitchen: Kitchen; readonly post: Post }) {
  const { users } = useTyping(`post:${post.id}`);
  if (users.length === 0) return null;
  const names = users.map((user) => (user === post.author_id ? post.author_name : user));
  return <span className="kitchen-writing">{kitchen.t.feed.writing(names)}</span>;
}
