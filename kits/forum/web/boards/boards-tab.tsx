import { type FormEvent, useState } from 'react';
import { agoText } from '../../../shared/web/time-text.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Board, MyThread } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import { Lock } from '../marks.tsx';
import { OnlineList } from '../people/online-list.tsx';
import { PlaceLink } from '../place-link.tsx';
import './boards.css';
import type { Boards } from './boards.ts';

/** All boards, what is unread, and who is online. */
export function BoardsTab({ forum, boards }: { readonly forum: Forum; readonly boards: Boards }) {
  const { t } = forum;
  const { boards: all, unread, loaded, error } = useValue(boards.state);
  const me = useValue(forum.me);
  return (
    <div className="forum-columns">
      <div className="forum-main">
        {error === undefined ? null : (
          <p className="forum-problem" role="alert">
            {problemOf(forum, error)}{' '}
            <button type="button" onClick={() => void boards.load()}>
              {t.retry}
            </button>
          </p>
        )}
        {unread.length === 0 ? null : <Unread forum={forum} threads={unread} />}
        <section aria-label={t.tabs.boards} aria-busy={!loaded}>
          {loaded && all.length === 0 ? <p className="forum-none">{t.noBoards}</p> : null}
          <ul className="forum-boards">
            {all.map((board) => (
              <BoardCard key={board.id} forum={forum} board={board} />
            ))}
          </ul>
        </section>
        {me?.moderator ? <NewBoard forum={forum} boards={boards} position={all.length} /> : null}
      </div>
      <aside className="forum-side">
        <OnlineList forum={forum} />
      </aside>
    </div>
  );
}

function BoardCard({ forum: { t }, board }: { readonly forum: Forum; readonly board: Board }) {
  return (
    <li className="forum-board">
      <h2>
        <PlaceLink to={{ board: board.id }}>{board.name}</PlaceLink>
        {board.private ? <Lock name={t.privateBoard} /> : null}
      </h2>
      {board.description === '' ? null : <p>{board.description}</p>}
      <p className="forum-hint">{t.threads(board.threads)}</p>
    </li>
  );
}

/** Listed at once. */
const SHOWN = 5;

function Unread({
  forum: { t, page },
  threads,
}: {
  readonly forum: Forum;
  readonly threads: readonly MyThread[];
}) {
  return (
    <section className="forum-panel" aria-label={t.unreadThreads}>
      <h2>{t.unreadThreads}</h2>
      <ul className="forum-unread-list">
        {threads.slice(0, SHOWN).map(({ id, title, unread, active, last_username }) => (
          <li key={id}>
            <PlaceLink to={{ thread: id }}>{title}</PlaceLink>
            <span className="forum-badge">{t.unread(unread)}</span>
            <span className="forum-hint">
              {last_username}, {agoText(Date.parse(active), page.language)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface NewBoardProps {
  readonly forum: Forum;
  readonly boards: Boards;
  readonly position: number;
}

function NewBoard({ forum, boards, position }: NewBoardProps) {
  const { t, call } = forum;
  const [open, setOpen] = useState(false);
  const { busy, problem, submit } = useSubmit((error) => problemOf(forum, error));
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const body = {
      name: text('name'),
      description: text('description'),
      private: fields.has('private'),
      position,
    };
    const made = await submit((key) => call(`/forum/boards/${text('id')}`, { method: 'PUT', body, key }));
    if (!made) return;
    setOpen(false);
    await boards.load();
  };
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.newBoard}</summary>
      <form className="forum-panel forum-form" onSubmit={(event) => void make(event)}>
        <label>
          {t.boardName}
          <input name="name" required pattern=".*\S.*" maxLength={100} autoComplete="off" />
        </label>
        <label>
          {t.boardId}
          <input
            name="id"
            required
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
        <label>
          {t.description}
          <input name="description" maxLength={500} autoComplete="off" />
        </label>
        <label className="forum-check">
          <input type="checkbox" name="private" /> {t.privateBoard}
        </label>
        <p className="forum-problem" role="alert">
          {problem}
        </p>
        <div className="forum-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.create}
          </button>
        </div>
      </form>
    </details>
  );
}
