import { useEffect, useRef, useState } from 'react';
import { useInView } from '../../../shared/web/use-in-view.ts';
import { useParameter } from '../../../shared/web/use-parameter.ts';
import type { ServerStatus } from '../../events.ts';
import { attempt, type Forum } from '../forum.ts';
import { PlayersChart } from './players-chart.tsx';
import type { Servers, Watch } from './servers.ts';

export interface ServerCardProps {
  readonly forum: Forum;
  readonly servers: Servers;
  readonly id: string;
  readonly status: ServerStatus;
  readonly watch: Watch | null;
}

/** One game server: who plays, where, and how it answers. */
export function ServerCard({ forum, servers, id, status, watch }: ServerCardProps) {
  const { t, page } = forum;
  const { online, name, players, max_players, map, ping, type, address } = status;
  const card = useRef<HTMLLIElement>(null);
  const inView = useInView(card);
  const named = useParameter('server') === id;
  useEffect(() => {
    if (named) card.current?.scrollIntoView({ block: 'center' });
  }, [named]);
  const number = new Intl.NumberFormat(page.language);
  return (
    <li
      ref={card}
      className="forum-panel forum-server"
      data-server-id={id}
      data-online={online}
      data-named={named}
      aria-label={name}
    >
      <header>
        <h2>{name}</h2>
        <span className="forum-server-state">{online ? t.serverUp : t.serverDown}</span>
      </header>
      <dl>
        <div>
          <dt>{t.players}</dt>
          <dd className="server-players">
            {online ? `${number.format(players)}/${number.format(max_players)}` : '–'}
          </dd>
        </div>
        <div>
          <dt>{t.map}</dt>
          <dd className="server-map">{online && map !== '' ? map : '–'}</dd>
        </div>
        <div>
          <dt>{t.ping}</dt>
          <dd className="server-ping">{online && ping !== null ? t.milliseconds(ping) : '–'}</dd>
        </div>
      </dl>
      <meter min={0} max={Math.max(1, max_players)} value={online ? players : 0} aria-label={t.players} />
      {inView ? <PlayersChart forum={forum} id={id} players={players} /> : <div className="forum-chart" />}
      <p className="forum-hint forum-server-address">{address === '' ? null : `${type} · ${address}`}</p>
      <div className="forum-actions">
        <button
          type="button"
          aria-pressed={watch !== null}
          onClick={() => void attempt(forum, () => servers.watch(id, watch === null))}
        >
          {watch === null ? t.watch : t.unwatch}
          <span className="unseen"> {name}</span>
        </button>
        <Players forum={forum} id={id} status={status} />
      </div>
    </li>
  );
}

interface Player {
  readonly name: string;
  readonly score: number | null;
}

/** Who plays, where the server tells. */
function Players({ forum: { t, call }, id, status }: Pick<ServerCardProps, 'forum' | 'id' | 'status'>) {
  const [open, setOpen] = useState(false);
  const [players, setPlayers] = useState<readonly Player[]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new status has new players.
  useEffect(() => {
    if (!open) return;
    const ending = new AbortController();
    call<{ readonly players: readonly Player[] }>(`/forum/servers/${encodeURIComponent(id)}`, {
      signal: ending.signal,
    })
      .then((answer) => setPlayers(answer.players))
      // How many there are stands above; without their names there is only no list.
      .catch(() => {});
    return () => ending.abort();
  }, [open, call, id, status.timestamp]);
  return (
    <details className="forum-players" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.whoPlays}</summary>
      {players?.length === 0 ? <p className="forum-hint">{t.nobodyNamed}</p> : null}
      <ul>
        {players?.map(({ name, score }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several players may have one name.
          <li key={`${index} ${name}`}>
            <span>{name}</span>
            <span className="forum-hint">{score}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
