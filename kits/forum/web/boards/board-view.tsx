import { type FormEvent, useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { goTo } from '../../../shared/web/go-to.ts';
import { agoText } from '../../../shared/web/time-text.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { useNow } from '../../../shared/web/use-now.ts';
import type { MyThread } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { type Forum, problemOf } from '../forum.ts';
import { Lock, Pin } from '../marks.tsx';
import { OnlineList } from '../people/online-list.tsx';
import { PlaceLink } from '../place-link.tsx';
import './boards.css';
import type { Boards } from './boards.ts';
import { NewThread } from './new-thread.tsx';
import { ThreadList } from './thread-list.ts';

export interface BoardViewProps {
  readonly forum: Forum;
  readonly boards: Boards;
  readonly id: string;
  readonly search: string;
}

/** One board: its threads, and beginning one. */
export function BoardView({ forum, boards, id, search }: BoardViewProps) {
  const { t, call, page } = forum;
  const { client, user } = page;
  const list = useMade(
    () => new ThreadList({ client, call, board: id, user, search }),
    [client, call, id, user, search],
  );
  const board = useValue(boards.state).boards.find((each) => each.id === id);
  const [writing, setWriting] = useState(false);
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get('search') ?? '').trim();
    goTo(addressOf({ board: id, search: words }));
  };
  return (
    <div className="forum-columns">
      <div className="forum-main">
        <nav className="forum-path" aria-label={t.path}>
          <PlaceLink to={{}}>{t.tabs.boards}</PlaceLink>
        </nav>
        <header className="forum-board-head">
          <div>
            <h2>
              {board?.name ?? id} {board?.private ? <Lock name={t.privateBoard} /> : null}
            </h2>
            {board && board.description !== '' ? <p className="forum-hint">{board.description}</p> : null}
          </div>
          <button type="button" className="primary" onClick={() => setWriting(true)}>
            {t.newThread}
          </button>
        </header>
        {/* biome-ignore lint/a11y/useSemanticElements: a form that searches. */}
        <form className="forum-search" role="search" onSubmit={find}>
          <input
            type="search"
            name="search"
            defaultValue={search}
            placeholder={t.searchTitles}
            aria-label={t.searchTitles}
          />
          <button type="submit">{t.search}</button>
        </form>
        {list ? <Threads forum={forum} list={list} search={search} /> : null}
      </div>
      <aside className="forum-side">
        <OnlineList forum={forum} />
      </aside>
      {writing ? <NewThread forum={forum} board={id} onClose={() => setWriting(false)} /> : null}
    </div>
  );
}

interface ThreadsProps {
  readonly forum: Forum;
  readonly list: ThreadList;
  readonly search: string;
}

/** How often the page says anew how long ago something was, milliseconds. */
const MINUTE = 60_000;

function Threads({ forum, list, search }: ThreadsProps) {
  const { t } = forum;
  const { threads, fresh, next, loaded, error } = useValue(list.state);
  const now = useNow(MINUTE);
  return (
    <>
      {error === undefined ? null : (
        <p className="forum-problem" role="alert">
          {problemOf(forum, error)}{' '}
          <button type="button" onClick={() => void list.load()}>
            {t.retry}
          </button>
        </p>
      )}
      {loaded && threads.length === 0 ? (
        <p className="forum-none">{search === '' ? t.noThreads : t.noneFound}</p>
      ) : null}
      <ul className="forum-threads" aria-busy={!loaded && error === undefined}>
        {threads.map((thread) => (
          <ThreadRow key={thread.id} forum={forum} thread={thread} fresh={fresh.has(thread.id)} now={now} />
        ))}
      </ul>
      {next === null ? null : (
        <button type="button" className="forum-more" onClick={() => void list.more()}>
          {t.more}
        </button>
      )}
    </>
  );
}

interface ThreadRowProps {
  readonly forum: Forum;
  readonly thread: MyThread;
  readonly fresh: boolean;
  readonly now: number;
}

function ThreadRow({ forum: { t, page }, thread, fresh, now }: ThreadRowProps) {
  const { id, title, user_id, username, posts, unread, locked, pinned, mode, active, last_username } = thread;
  return (
    <li className="forum-thread" data-unread={unread > 0 && mode !== 'mute'} data-fresh={fresh}>
      <Avatar id={user_id} name={username} />
      <div>
        <h3>
          {pinned ? <Pin name={t.pinned} /> : null}
          {locked ? <Lock name={t.locked} /> : null}
          <PlaceLink to={{ thread: id }}>{title}</PlaceLink>
          {unread > 0 ? <span className="forum-badge">{t.unread(unread)}</span> : null}
        </h3>
        <p className="forum-hint">
          {t.begunBy(username)} · {t.replies(Math.max(0, posts - 1))} ·{' '}
          {t.lastBy(last_username, agoText(Date.parse(active), page.language, now))}
        </p>
      </div>
    </li>
  );
}
