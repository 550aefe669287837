import { usePresence, useTyping } from '@tidings/react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { goTo } from '../../../shared/web/go-to.ts';
import { useLive } from '../../../shared/web/use-live.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import type { Person, Post } from '../../events.ts';
import { addressOf, VIEWS, type View } from '../address-of.ts';
import type { Boards } from '../boards/boards.ts';
import { attempt, type Forum, problemOf } from '../forum.ts';
import { Lock, Pin } from '../marks.tsx';
import { PlaceLink } from '../place-link.tsx';
import { Aside } from './aside.tsx';
import { Composer } from './composer.tsx';
import { FileDrop } from './file-drop.tsx';
import { PostList } from './post-list.tsx';
import { rowsOf } from './rows.ts';
import './thread.css';
import { ThreadActions } from './thread-actions.tsx';
import type { ThreadLog, ThreadLogState } from './thread-log.ts';
import { Uploads } from './uploads.ts';
import { useReadMark } from './use-read-mark.ts';
import { useThreadLog } from './use-thread-log.ts';

const DocumentView = lazy(async () => ({
  default: (await import('../document/document-view.tsx')).DocumentView,
}));
const CallView = lazy(async () => ({ default: (await import('../call/call-view.tsx')).CallView }));

export interface ThreadViewProps {
  readonly forum: Forum;
  readonly boards: Boards;
  readonly id: string;
  readonly view: View;
  /** The place of the post that the address names. */
  readonly post: string | undefined;
}

/** One thread: its posts, its document and its call. */
export function ThreadView(props: ThreadViewProps) {
  const { forum, id } = props;
  const news = useRef<(post: Post) => void>(() => {});
  const log = useThreadLog(forum, id, news);
  if (!log) return <p className="kit-loading">{forum.t.loading}</p>;
  return <Thread {...props} log={log} news={news} />;
}

interface ThreadProps extends ThreadViewProps {
  readonly log: ThreadLog;
  readonly news: { current: (post: Post) => void };
}

function Thread({ forum, boards, id, view, post, log, news }: ThreadProps) {
  const { t } = forum;
  const state = useValue(log.state);
  const { thread, error, gone, loaded } = state;
  const board = useValue(boards.state).boards.find((each) => each.id === thread?.board_id);
  const people = usePeople(forum, id);
  const live = useLive();
  const uploads = useMemo(() => new Uploads(forum.page.token, id), [forum.page.token, id]);
  useEffect(() => () => uploads.close(), [uploads]);

  if (gone) return <p className="forum-none">{t.threadGone}</p>;
  if (!loaded && error !== undefined && live)
    return (
      <p className="forum-none" role="alert">
        {problemOf(forum, error)}{' '}
        <button type="button" onClick={() => void log.load()}>
          {t.retry}
        </button>
      </p>
    );
  return (
    <FileDrop forum={forum} uploads={uploads}>
      <div className="forum-columns forum-thread-page" data-view={view}>
        <section className="forum-main" aria-label={thread?.title ?? t.loading}>
          <nav className="forum-path" aria-label={t.path}>
            <PlaceLink to={{}}>{t.tabs.boards}</PlaceLink>
            {thread ? (
              <PlaceLink to={{ board: thread.board_id }}>{board?.name ?? thread.board_id}</PlaceLink>
            ) : null}
          </nav>
          <header className="forum-thread-head">
            <h2>
              {thread?.pinned ? <Pin name={t.pinned} /> : null}
              {thread?.locked ? <Lock name={t.locked} /> : null}
              {thread?.title}
            </h2>
            {thread ? <ThreadActions forum={forum} log={log} thread={thread} /> : null}
          </header>
          <nav className="tabs forum-views" aria-label={t.views.label}>
            {VIEWS.map((each) => (
              <PlaceLink
                key={each}
                to={{ thread: id, ...(each === 'posts' ? {} : { view: each }) }}
                aria-current={each === view ? 'page' : undefined}
              >
                {t.views[each]}
              </PlaceLink>
            ))}
          </nav>
          <Suspense fallback={<p className="kit-loading">{t.loading}</p>}>
            {view === 'posts' ? (
              <Posts
                forum={forum}
                id={id}
                log={log}
                state={state}
                post={post}
                people={people}
                news={news}
                uploads={uploads}
              />
            ) : null}
            {view === 'document' ? <DocumentView forum={forum} id={id} /> : null}
            {view === 'call' ? <CallView forum={forum} id={id} /> : null}
          </Suspense>
        </section>
        <Aside forum={forum} id={id} people={people} state={state} uploads={uploads} />
      </div>
    </FileDrop>
  );
}

/** Who follows the thread now, as they want to be seen; `undefined` until it is known. */
function usePeople({ online }: Forum, id: string): readonly Person[] | undefined {
  const { members, ready } = usePresence(`thread:${id}`);
  const { people } = useValue(online.state);
  if (!ready) return undefined;
  // Who is invisible follows it too, and is not to be seen.
  return people.filter(({ user_id }) => members.some(({ user }) => user === user_id));
}

interface PostsProps {
  readonly forum: Forum;
  readonly id: string;
  readonly log: ThreadLog;
  readonly state: ThreadLogState;
  readonly post: string | undefined;
  readonly people: readonly Person[] | undefined;
  readonly news: { current: (post: Post) => void };
  readonly uploads: Uploads;
}

function Posts({ forum, id, log, state, post, people, news, uploads }: PostsProps) {
  const { t, page, call, unsent } = forum;
  const { user } = page;
  const { thread, posts, held, arrived } = state;
  const me = useValue(forum.me);
  const all = useValue(unsent.state);
  const [replyTo, setReplyTo] = useState<Post>();
  const [editing, setEditing] = useState<Post>();
  const [heard, setHeard] = useState('');
  const mark = useReadMark(forum, log);
  const rows = useMemo(
    () =>
      rowsOf({
        posts,
        held,
        arrived,
        unsent: all.filter(({ data }) => data.thread_id === id),
        user,
        line: mark.line,
      }),
    [posts, held, arrived, all, id, user, mark.line],
  );
  useEffect(() => {
    news.current = (each) => {
      if (each.user_id === user) return;
      mark.came(each);
      setHeard(`${each.username}: ${each.content}`);
    };
    return () => {
      news.current = () => {};
    };
  }, [news, user, mark]);
  const remove = useCallback(
    ({ seq }: Post) =>
      attempt(forum, () =>
        call(`/forum/threads/${encodeURIComponent(id)}/posts/${seq}`, { method: 'DELETE' }),
      ),
    [forum, call, id],
  );
  const silent = (thread?.locked && !me?.moderator) || (me?.banned ?? null) !== null;
  return (
    <>
      <PostList
        forum={forum}
        log={log}
        state={state}
        rows={rows}
        target={post === undefined ? undefined : Number(post)}
        onSeen={mark.seen}
        acts={{
          onReply: setReplyTo,
          onEdit: setEditing,
          onDelete: (each) => void remove(each),
          onRetry: (each) => unsent.retry(each),
          onDiscard: ({ key }) => unsent.discard(key),
          onShow: (seq) => goTo(addressOf({ thread: id, post: String(seq) })),
        }}
        silent={silent}
      />
      <p className="unseen" aria-live="polite">
        {heard}
      </p>
      {silent ? (
        <p className="forum-hint forum-silent">{thread?.locked ? t.lockedHint : t.bannedHint}</p>
      ) : (
        <div className="forum-foot">
          <Typing forum={forum} id={id} people={people} posts={posts} />
          <Composer
            key={editing?.id ?? 'new'}
            forum={forum}
            thread={id}
            replyTo={replyTo}
            editing={editing}
            uploads={uploads}
            onSend={(content) => {
              mark.clear();
              const seq = replyTo?.seq ?? null;
              setReplyTo(undefined);
              unsent.send({ thread_id: id, content, ...(seq === null ? {} : { reply_to: seq }) });
            }}
            onEdited={(each) => {
              log.edited(each);
              setEditing(undefined);
            }}
            onCancel={() => {
              setReplyTo(undefined);
              setEditing(undefined);
            }}
          />
        </div>
      )}
    </>
  );
}

interface TypingProps extends Pick<PostsProps, 'forum' | 'id' | 'people'> {
  readonly posts: readonly Post[];
}

function Typing({ forum: { t, online }, id, people, posts }: TypingProps) {
  const { users } = useTyping(`thread:${id}`);
  const nameOf = (user: string) =>
    people?.find(({ user_id }) => user_id === user)?.username ??
    online.find(user)?.username ??
    posts.findLast(({ user_id }) => user_id === user)?.username ??
    user;
  return (
    <p className="forum-typing" role="status">
      {users.length === 0 ? null : t.typing(users.map(nameOf))}
    </p>
  );
}
