/**
 * How a game server is, and what of a change is worth telling.
 *
 * @module
 */
import type { ServerChange, ServerStatus } from '../../events.ts';
import type { GameAnswer } from './ask-game.ts';
import type { ServerTables } from './tables.ts';

export type ServerRow = ServerTables['forum_servers'];

/** The type of a server there is not. */
export const UNKNOWN = 'unknown';

/** So many failures in a row, and a server counts as down: one datagram may be lost. */
const FAILURES_UNTIL_DOWN = 2;

/** A ping has moved when it differs by so many milliseconds … */
const PING_STEP = 20;
/** … and by this share of what was told. */
const PING_SHARE = 0.25;

/** The status that was told last; of a server of which nothing was, that it is not there. */
export function statusOf(row: ServerRow): ServerStatus {
  if (row.status !== null) return JSON.parse(row.status) as ServerStatus;
  return {
    online: false,
    name: row.name,
    players: 0,
    max_players: 0,
    map: '',
    ping: null,
    ...placeOf(row),
    timestamp: new Date(row.created).toISOString(),
  };
}

/** The status that a server's answer makes. @param answer `undefined` when there was none */
export function nextStatus(
  row: ServerRow,
  answer: Partial<GameAnswer> | undefined,
  at: number,
): ServerStatus {
  const before = statusOf(row);
  const timestamp = new Date(at).toISOString();
  if (!answer) {
    const stillUp = before.online && row.failures + 1 < FAILURES_UNTIL_DOWN;
    return stillUp ? before : { ...before, online: false, players: 0, ping: null, timestamp };
  }
  return {
    online: true,
    name: answer.name || row.name,
    players: answer.players ?? before.players,
    max_players: answer.max_players ?? before.max_players,
    map: answer.map ?? before.map,
    ping: answer.ping ?? null,
    ...placeOf(row),
    timestamp,
  };
}

/** The status of a server that was removed. */
export function removedStatus(row: ServerRow, at: number): ServerStatus {
  const timestamp = new Date(at).toISOString();
  return { ...statusOf(row), online: false, players: 0, ping: null, type: UNKNOWN, timestamp };
}

/** Whether those who follow the server are to hear of it. */
export function isNews(row: ServerRow, next: ServerStatus): boolean {
  if (row.status === null) return true;
  const before = statusOf(row);
  const same = (['online', 'name', 'players', 'max_players', 'map', 'type', 'address'] as const).every(
    (field) => before[field] === next[field],
  );
  return !same || hasMoved(before.ping, next.ping);
}

/** Went up or down, or has another map; `undefined` when neither, and of the first that is known of it. */
export function changeOf(row: ServerRow, next: ServerStatus): ServerChange | undefined {
  if (row.status === null) return undefined;
  const before = statusOf(row);
  if (before.online !== next.online) return next.online ? 'up' : 'down';
  return next.online && next.map !== '' && before.map !== next.map ? 'map' : undefined;
}

function hasMoved(before: number | null, now: number | null): boolean {
  if (before === null || now === null) return before !== now;
  return Math.abs(now - before) >= Math.max(PING_STEP, before * PING_SHARE);
}

function placeOf({ type, host, port }: ServerRow): Pick<ServerStatus, 'type' | 'address'> {
  return { type, address: host === '' ? '' : `${host}:${port}` };
}
