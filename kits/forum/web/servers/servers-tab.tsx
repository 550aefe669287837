import { type FormEvent, useEffect, useId, useState } from 'react';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import { type Forum, problemOf } from '../forum.ts';
import { ServerCard } from './server-card.tsx';
import './servers.css';
import { Servers } from './servers.ts';

/** The game servers, live. */
export function ServersTab({ forum }: { readonly forum: Forum }) {
  const { t, call, page } = forum;
  const servers = useMade(() => new Servers(page.client, call), [page.client, call]);
  const me = useValue(forum.me);
  if (!servers) return null;
  return (
    <>
      <List forum={forum} servers={servers} />
      {me?.moderator ? <AddServer forum={forum} servers={servers} /> : null}
      <p className="forum-hint">{t.serversHint}</p>
    </>
  );
}

interface ServersProps {
  readonly forum: Forum;
  readonly servers: Servers;
}

function List({ forum, servers }: ServersProps) {
  const { t } = forum;
  const { servers: all, loaded, error } = useValue(servers.state);
  return (
    <>
      {error === undefined ? null : (
        <p className="forum-problem" role="alert">
          {problemOf(forum, error)}{' '}
          <button type="button" onClick={() => void servers.load()}>
            {t.retry}
          </button>
        </p>
      )}
      {loaded && all.length === 0 ? <p className="forum-none">{t.noServers}</p> : null}
      <ul className="forum-servers" aria-busy={!loaded && error === undefined}>
        {all.map(({ server_id, ...server }) => (
          <ServerCard key={server_id} forum={forum} servers={servers} id={server_id} {...server} />
        ))}
      </ul>
    </>
  );
}

/** Where servers of the games that began this answer. */
const USUAL_PORT = 27_960;

interface Game {
  readonly type: string;
  readonly name: string;
}

/** Games whose servers can be asked; read once somebody wants to add one. */
function useGames(forum: Forum, wanted: boolean): readonly Game[] {
  const { call } = forum;
  const [games, setGames] = useState<readonly Game[]>([]);
  useEffect(() => {
    if (!wanted) return;
    call<{ readonly games: readonly Game[] }>('/forum/games')
      .then((answer) => setGames(answer.games))
      // The server says whether it knows what is written.
      .catch(() => {});
  }, [call, wanted]);
  return games;
}

function AddServer({ forum, servers }: ServersProps) {
  const { t, call } = forum;
  const [open, setOpen] = useState(false);
  const list = useId();
  const games = useGames(forum, open);
  const { busy, problem, submit } = useSubmit((error) => problemOf(forum, error));
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const body = { name: text('name'), type: text('type'), host: text('host'), port: Number(text('port')) };
    if (!(await submit(() => call(`/forum/servers/${text('id')}`, { method: 'PUT', body })))) return;
    setOpen(false);
    await servers.load();
  };
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.addServer}</summary>
      <form className="forum-panel forum-form forum-form-wide" onSubmit={(event) => void add(event)}>
        <label>
          {t.serverName}
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
          {t.serverType}
          <input name="type" required list={list} autoComplete="off" autoCapitalize="none" />
        </label>
        <datalist id={list}>
          {games.map(({ type, name }) => (
            <option key={type} value={type}>
              {name}
            </option>
          ))}
        </datalist>
        <label>
          {t.serverHost}
          <input name="host" required autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </label>
        <label>
          {t.serverPort}
          <input name="port" type="number" required min={1} max={65_535} defaultValue={USUAL_PORT} />
        </label>
        <p className="forum-problem" role="alert">
          {problem}
        </p>
        <div className="forum-actions">
          <button type="submit" className="primary" disabled={busy}>
            {t.add}
          </button>
        </div>
      </form>
    </details>
  );
}
