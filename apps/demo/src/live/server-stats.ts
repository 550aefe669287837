/**
 * The server's own counters, asked for now and then.
 *
 * @module
 */
import { createStore, type Store } from '../store.ts';

/** What `GET /api/v1/realtime/stats` tells, as far as it is shown. */
export interface ServerStats {
  readonly connected: number;
  readonly sentToday: number;
  /** Seconds since the server started; `undefined` when it does not say. */
  readonly uptime: number | undefined;
}

const INTERVAL = 2_000;

/** The status of what may be asked again later. */
const TOO_MANY = 429;

/** The newest numbers; `undefined` until there are any, and when the server keeps them to itself. */
export const serverStats: Store<ServerStats | undefined> = createStore<ServerStats | undefined>(undefined);

/**
 * Asks every two seconds while the page is seen; a refusal ends it.
 *
 * @returns A function that ends it.
 */
export function pollServerStats(token: string | undefined): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask() {
    if (!document.hidden) {
      try {
        const headers: HeadersInit = token ? { Authorization: `Bearer ${token}` } : {};
        const answer = await fetch('/api/v1/realtime/stats', { headers, signal });
        if (answer.status >= 400 && answer.status < 500 && answer.status !== TOO_MANY) {
          serverStats.set(undefined);
          return;
        }
        if (answer.ok) serverStats.set(readStats(await answer.json()));
      } catch {
        // The server is away; the panes say so. The next question may find it back.
      }
    }
    if (!signal.aborted) timer = setTimeout(ask, INTERVAL);
  }

  void ask();
  return () => {
    clearTimeout(timer);
    ending.abort();
  };
}

/** Picks what is shown out of an answer; `undefined` when it is something else. */
function readStats(answer: unknown): ServerStats | undefined {
  const { connected_clients, events_sent_today, uptime_seconds } = (answer ?? {}) as Record<string, unknown>;
  if (typeof connected_clients !== 'number' || typeof events_sent_today !== 'number') return undefined;
  return {
    connected: connected_clients,
    sentToday: events_sent_today,
    uptime: typeof uptime_seconds === 'number' ? uptime_seconds : undefined,
  };
}
