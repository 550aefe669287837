import { Avatar } from '../../../shared/web/avatar.tsx';
import { agoText } from '../../../shared/web/time-text.ts';
import { useValue } from '../../../shared/web/use-made.ts';
import { useNow } from '../../../shared/web/use-now.ts';
import type { Person } from '../../events.ts';
import { type Forum, problemOf } from '../forum.ts';
import { StatusMark } from '../people/status-mark.tsx';
import { PlaceLink } from '../place-link.tsx';
import { FileLink } from './file-link.tsx';
import type { ThreadLogState } from './thread-log.ts';
import type { Uploads } from './uploads.ts';

export interface AsideProps {
  readonly forum: Forum;
  readonly id: string;
  /** Who is here; `undefined` until it is known. */
  readonly people: readonly Person[] | undefined;
  readonly state: ThreadLogState;
  readonly uploads: Uploads;
}

const MINUTE = 60_000;

/** Beside a thread: who is here, its files, and what has happened. */
export function Aside({ forum, id, people, state, uploads }: AsideProps) {
  const { t, page } = forum;
  const { files, activity } = state;
  const sending = useValue(uploads.state);
  const now = useNow(MINUTE);
  return (
    <aside className="forum-side">
      <section className="forum-panel forum-here" aria-label={t.here} aria-busy={people === undefined}>
        <h2>
          {t.here} {people ? <span className="forum-count">{people.length}</span> : null}
        </h2>
        <ul>
          {people?.map(({ user_id, username, status }) => (
            <li key={user_id}>
              <Avatar id={user_id} name={username} />
              <span className="forum-person">
                <b>{username}</b>
                {user_id === page.user ? ` (${t.you})` : null}
              </span>
              <StatusMark t={t} status={status} />
            </li>
          ))}
        </ul>
      </section>
      <section className="forum-panel" aria-label={t.files}>
        <h2>{t.files}</h2>
        {files.length === 0 && sending.length === 0 ? <p className="forum-hint">{t.noFiles}</p> : null}
        <ul className="forum-files">
          {files.map((file) => (
            <FileLink key={file.id} forum={forum} file={file} />
          ))}
          {sending.map(({ key, name, progress, error }) => (
            <li key={key} className="forum-file">
              <span className="forum-file-name">{name}</span>
              {error ? (
                <span className="forum-problem" role="alert">
                  {problemOf(forum, error)}
                </span>
              ) : (
                <progress value={progress} aria-label={t.uploading(name)} />
              )}
              <button type="button" className="forum-quiet" onClick={() => uploads.drop(key)}>
                {error ? t.discard : t.cancel}
                <span className="unseen"> {name}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      {activity.length === 0 ? null : (
        <section className="forum-panel" aria-label={t.activity}>
          <h2>{t.activity}</h2>
          <ul className="forum-activity" aria-live="off">
            {activity.map(({ type, seq, username, excerpt, timestamp }) => (
              <li key={`${type} ${seq}`}>
                <PlaceLink to={{ thread: id, post: String(seq) }}>
                  <b>{username}</b> {excerpt}
                </PlaceLink>
                <span className="forum-hint">{agoText(Date.parse(timestamp), page.language, now)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}
