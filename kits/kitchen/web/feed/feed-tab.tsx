import { goTo } from '../../../shared/web/go-to.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { useNow } from '../../../shared/web/use-now.ts';
import { useParameter } from '../../../shared/web/use-parameter.ts';
import { addressOf } from '../address-of.ts';
import { type Kitchen, problemOf } from '../kitchen.ts';
import { PlaceLink } from '../place-link.tsx';
import { AuthorHead } from './author-head.tsx';
import { Feed, type Which } from './feed.ts';
import './feed.css';
import { Following } from './following.ts';
import { PostCard } from './post-card.tsx';
import { WritePost } from './write-post.tsx';

/** How often "3 minutes ago" is said anew, milliseconds. */
const TICK = 30_000;

/** The community: of all, of those one follows, of one author, or one post. */
export function FeedTab({ kitchen }: { readonly kitchen: Kitchen }) {
  const { client, user } = kitchen.page;
  const { call } = kitchen;
  const post = useParameter('post');
  const author = useParameter('user');
  const of = useParameter('feed') === 'followed' ? 'followed' : 'all';
  const following = useMade(() => new Following(client, call, user), [client, call, user]);
  const feed = useMade(
    () => (following ? new Feed(client, call, whichOf(post, author, of), following) : undefined),
    [client, call, following, post, author, of],
  );
  if (!feed || !following) return null;
  return <Posts kitchen={kitchen} feed={feed} following={following} post={post} author={author} of={of} />;
}

function whichOf(post: string | undefined, author: string | undefined, of: 'all' | 'followed'): Which {
  if (post !== undefined) return { of: 'post', post };
  return author === undefined ? { of } : { of: 'author', author };
}

interface PostsProps {
  readonly kitchen: Kitchen;
  readonly feed: Feed;
  readonly following: Following;
  readonly post: string | undefined;
  readonly author: string | undefined;
  readonly of: 'all' | 'followed';
}

function Posts({ kitchen, feed, following, post, author, of }: PostsProps) {
  const { t } = kitchen;
  const { posts, fresh, next, loaded, error } = useValue(feed.state);
  const followed = useValue(following.state);
  const now = useNow(TICK);
  const none = of === 'followed' ? t.feed.noneFollowed : t.feed.none;
  const alone = post !== undefined;
  return (
    <div className="kitchen-feed">
      {alone || author !== undefined ? (
        <PlaceLink to={{ tab: 'feed' }}>{t.feed.back}</PlaceLink>
      ) : (
        <>
          <WritePost kitchen={kitchen} onWrite={(content, key) => feed.write(content, key)} />
          <fieldset className="kitchen-choice">
            <legend className="unseen">{t.tabs.feed}</legend>
            {(['all', 'followed'] as const).map((each) => (
              <label key={each}>
                <input
                  type="radio"
                  name="kitchen-feed"
                  checked={each === of}
                  onChange={() => goTo(`${addressOf({ tab: 'feed' })}&feed=${each}`)}
                />
                {t.feed[each]}
              </label>
            ))}
          </fieldset>
        </>
      )}
      {author === undefined || alone ? null : (
        <AuthorHead
          key={author}
          kitchen={kitchen}
          author={author}
          name={posts.find(({ author_id }) => author_id === author)?.author_name ?? author}
          following={following}
        />
      )}
      {error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, error)}
        </p>
      )}
      {loaded && error === undefined && posts.length === 0 ? (
        <p className="kitchen-none">{alone ? t.gone : none}</p>
      ) : null}
      <ul className="kitchen-posts" aria-busy={!loaded}>
        {posts.map((each) => (
          <PostCard
            key={each.id}
            kitchen={kitchen}
            feed={feed}
            following={following}
            post={each}
            followed={followed.has(each.author_id)}
            fresh={fresh.has(each.id)}
            opened={alone}
            now={now}
          />
        ))}
      </ul>
      {next === null ? null : (
        <button type="button" className="kitchen-more" onClick={() => void feed.more()}>
          {t.more}
        </button>
      )}
    </div>
  );
}
