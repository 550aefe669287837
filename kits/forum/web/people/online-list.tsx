import { Avatar } from '../../../shared/web/avatar.tsx';
import { useValue } from '../../../shared/web/use-made.ts';
import type { Forum } from '../forum.ts';
import { StatusMark } from './status-mark.tsx';

/** Listed at once. */
const SHOWN = 30;

/** Who is online. */
export function OnlineList({ forum }: { readonly forum: Forum }) {
  const { t, online, page } = forum;
  const { people, count, loaded } = useValue(online.state);
  return (
    <section className="forum-panel forum-online" aria-label={t.online} aria-busy={!loaded}>
      <h2>
        {t.online} <span className="forum-count">{count}</span>
      </h2>
      <ul>
        {people.slice(0, SHOWN).map(({ user_id, username, status, text }) => (
          <li key={user_id}>
            <Avatar id={user_id} name={username} />
            <span className="forum-person">
              <b>{username}</b>
              {user_id === page.user ? ` (${t.you})` : null}
              {text === '' ? null : <span className="forum-hint">{text}</span>}
            </span>
            <StatusMark t={t} status={status} />
          </li>
        ))}
      </ul>
      {count > SHOWN ? <p className="forum-hint">{t.others(count - SHOWN)}</p> : null}
    </section>
  );
}
