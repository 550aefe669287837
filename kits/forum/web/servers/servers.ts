/**
 * Game servers, each with what it has told last.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../../shared/web/call.ts';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { PANEL_EVENTS, ServerStatus, ServerStatusUpdate } from '../../events.ts';

/** What a visitor is notified of. */
export interface Watch {
  /** Also when there is another map. */
  readonly maps: boolean;
}

/** A game server as the visitor sees it. */
interface GameServer extends ServerStatusUpdate {
  /** Null: the visitor is notified of nothing. */
  readonly watch: Watch | null;
}

/** What is known of the game servers. */
export interface ServersState {
  /** In order of their ids. */
  readonly servers: readonly GameServer[];
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Events {
  readonly [event: string]: ServerStatusUpdate;
}

/** The events of a server and of all. */
const UPDATE = 'server_status_update' satisfies keyof typeof PANEL_EVENTS;

/** Follows all game servers until it is closed. */
export class Servers {
  readonly state: Store<ServersState>;
  readonly #client: Client;
  readonly #call: Call;
  readonly #set: (change: Partial<ServersState>) => void;
  readonly #stops: readonly (() => void)[];
  /** Stops following a server, by its id. */
  readonly #followed = new Map<string, () => void>();
  #asked = 0;

  constructor(client: Client, call: Call) {
    this.#client = client;
    this.#call = call;
    const store = createStore<ServersState>({ servers: [], loaded: false, error: undefined }, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const panel = client.channel<Events>('panel:servers');
    this.#stops = [
      panel.on(UPDATE, (update) => this.#take(update)),
      panel.onGap(() => this.load()),
      whenLive(client, panel, () => void this.load()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const { servers } = await this.#call<{ readonly servers: readonly GameServer[] }>('/forum/servers');
      if (asked !== this.#asked) return;
      const known = new Map(this.state.getSnapshot().servers.map((each) => [each.server_id, each.status]));
      const newest = servers.map((server) => ({
        ...server,
        status: newer(known.get(server.server_id), server.status),
      }));
      this.#set({ servers: byId(newest), loaded: true, error: undefined });
      this.#follow(newest.map(({ server_id }) => server_id));
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    }
  }

  /** Has the visitor notified when a server goes up or down, or no more. @throws CallError */
  async watch(id: string, on: boolean): Promise<void> {
    // A list that is on its way may not know of it.
    this.#asked += 1;
    const path = `/forum/servers/${encodeURIComponent(id)}/watch`;
    const watch: Watch | null = on
      ? (await this.#call<{ readonly watch: Watch }>(path, { method: 'PUT', body: {} })).watch
      : null;
    if (!on) await this.#call(path, { method: 'DELETE' });
    const { servers } = this.state.getSnapshot();
    this.#set({ servers: servers.map((each) => (each.server_id === id ? { ...each, watch } : each)) });
  }

  close(): void {
    for (const stop of [...this.#stops, ...this.#followed.values()]) stop();
    this.#asked += 1;
  }

  #follow(ids: readonly string[]): void {
    for (const [id, stop] of this.#followed) {
      if (ids.includes(id)) continue;
      stop();
      this.#followed.delete(id);
    }
    for (const id of ids) {
      if (this.#followed.has(id)) continue;
      const channel = this.#client.channel<Events>(`server:${id}`, { last: 1 });
      const stops = [channel.on(UPDATE, (update) => this.#take(update)), channel.onGap(() => this.load())];
      this.#followed.set(id, () => {
        for (const stop of stops) stop();
      });
    }
  }

  #take({ server_id, status }: ServerStatusUpdate): void {
    const { servers } = this.state.getSnapshot();
    const before = servers.find((each) => each.server_id === server_id);
    const others = servers.filter((each) => each !== before);
    const watch = before?.watch ?? null;
    this.#set({ servers: byId([...others, { server_id, watch, status: newer(before?.status, status) }]) });
    if (!before) void this.load();
  }
}

function byId(servers: readonly GameServer[]): readonly GameServer[] {
  return servers.toSorted((a, b) => a.server_id.localeCompare(b.server_id));
}

/** An answer may have been read before something that was heard since. */
function newer(before: ServerStatus | undefined, status: ServerStatus): ServerStatus {
  return before && before.timestamp > status.timestamp ? before : status;
}
