import { type FormEvent, useState } from 'react';
import { agoText, timeText } from '../../../shared/web/time-text.ts';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { QueueItem, WordAction } from '../../events.ts';
import { attempt, type Forum, problemOf } from '../forum.ts';
import { PlaceLink } from '../place-link.tsx';
import './moderation.css';
import { Queue } from './queue.ts';

const WORD_ACTIONS: readonly WordAction[] = ['hold', 'refuse'];

/** What moderators do: the queue, words, and who may not write. */
export function ModerationTab({ forum }: { readonly forum: Forum }) {
  const { call, page } = forum;
  const me = useValue(forum.me);
  const moderator = me?.moderator === true;
  const queue = useMade(
    () => (moderator ? new Queue(page.client, call) : undefined),
    [page.client, call, moderator],
  );
  if (me && !moderator) return <p className="forum-none">{forum.t.moderatorsOnly}</p>;
  if (!queue) return <p className="kit-loading">{forum.t.loading}</p>;
  return <Moderation forum={forum} queue={queue} />;
}

interface ModerationProps {
  readonly forum: Forum;
  readonly queue: Queue;
}

function Moderation({ forum, queue }: ModerationProps) {
  const { t } = forum;
  const { items, loaded, error } = useValue(queue.state);
  return (
    <div className="forum-columns">
      <section className="forum-main" aria-label={t.queue} aria-busy={!loaded && error === undefined}>
        {error === undefined ? null : (
          <p className="forum-problem" role="alert">
            {problemOf(forum, error)}{' '}
            <button type="button" onClick={() => void queue.load()}>
              {t.retry}
            </button>
          </p>
        )}
        {loaded && items.length === 0 ? <p className="forum-none">{t.queueEmpty}</p> : null}
        <ul className="forum-queue">
          {items.map((item) => (
            <Item key={item.id} forum={forum} queue={queue} item={item} />
          ))}
        </ul>
      </section>
      <aside className="forum-side">
        <Words forum={forum} queue={queue} />
        <Bans forum={forum} queue={queue} />
      </aside>
    </div>
  );
}

function Item({ forum, queue, item }: ModerationProps & { readonly item: QueueItem }) {
  const { t, page } = forum;
  const { post, title, why, kind, reports, timestamp } = item;
  const decide = (action: 'approve' | 'remove') => attempt(forum, () => queue.decide(item.id, action));
  return (
    <li className="forum-panel forum-queue-item" data-kind={kind}>
      <p className="forum-hint">
        <b>{t.why[why]}</b> · <PlaceLink to={{ thread: post.thread_id }}>{title}</PlaceLink> · {post.username}{' '}
        · {agoText(Date.parse(timestamp), page.language)}
      </p>
      <p className="forum-text" dir="auto">
        {post.content}
      </p>
      {reports.length === 0 ? null : (
        <ul className="forum-reports">
          {reports.map(({ user_id, username, reason }) => (
            <li key={user_id}>
              <b>{username}</b>: {reason}
            </li>
          ))}
        </ul>
      )}
      <div className="forum-actions">
        <button type="button" className="primary" onClick={() => void decide('approve')}>
          {kind === 'held' ? t.approve : t.keep}
        </button>
        <button type="button" className="danger" onClick={() => void decide('remove')}>
          {t.removePost}
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => void attempt(forum, () => queue.ban(post.user_id, t.why[why]))}
        >
          {t.ban(post.username)}
        </button>
      </div>
    </li>
  );
}

function Words({ forum, queue }: ModerationProps) {
  const { t } = forum;
  const { words } = useValue(queue.state);
  const { busy, problem, submit } = useSubmit((error) => problemOf(forum, error));
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const word = String(fields.get('word') ?? '').trim();
    if (await submit(() => queue.addWord(word, String(fields.get('action')) as WordAction))) form.reset();
  };
  return (
    <section className="forum-panel" aria-label={t.words}>
      <h2>{t.words}</h2>
      <ul className="forum-rows">
        {words.map(({ word, action }) => (
          <li key={word}>
            <span>
              {word} <span className="forum-hint">{t.wordActions[action]}</span>
            </span>
            <button
              type="button"
              className="forum-quiet"
              onClick={() => void attempt(forum, () => queue.removeWord(word))}
            >
              {t.remove}
              <span className="unseen"> {word}</span>
            </button>
          </li>
        ))}
      </ul>
      <form className="forum-form" onSubmit={(event) => void add(event)}>
        <label>
          {t.word}
          <input name="word" required pattern=".*\S.*" maxLength={64} autoComplete="off" />
        </label>
        <label>
          {t.wordAction}
          <select name="action" defaultValue="hold">
            {WORD_ACTIONS.map((action) => (
              <option key={action} value={action}>
                {t.wordActions[action]}
              </option>
            ))}
          </select>
        </label>
        <p className="forum-problem" role="alert">
          {problem}
        </p>
        <button type="submit" disabled={busy}>
          {t.add}
        </button>
      </form>
    </section>
  );
}

function Bans({ forum, queue }: ModerationProps) {
  const { t, page } = forum;
  const { bans } = useValue(queue.state);
  const [sure, setSure] = useState<string>();
  return (
    <section className="forum-panel" aria-label={t.bans}>
      <h2>{t.bans}</h2>
      {bans.length === 0 ? <p className="forum-hint">{t.noBans}</p> : null}
      <ul className="forum-rows">
        {bans.map(({ user_id, username, reason, since }) => (
          <li key={user_id}>
            <span>
              {username}{' '}
              <span className="forum-hint">
                {[reason, timeText(Date.parse(since), page.language)]
                  .filter((each) => each !== '')
                  .join(', ')}
              </span>
            </span>
            <button
              type="button"
              className="forum-quiet"
              onClick={() =>
                sure === user_id ? void attempt(forum, () => queue.unban(user_id)) : setSure(user_id)
              }
            >
              {sure === user_id ? t.unbanSure : t.unban}
              <span className="unseen"> {username}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
