/**
 * What the visitor has asked for by a command and the server has not taken: what waits in the outbox, and what was refused.
 *
 * @module
 */
import { type Client, createStore, type OutboxEntry, type Store } from '@tidings/client';

/** A command that is on its way, or will never arrive. */
export interface Unsent<Data> {
  /** The key of the command. */
  readonly key: string;
  readonly data: Data;
  /** When it was written, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Why it was refused; `undefined` while it waits. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** Refused commands are kept over a reload; more than these would be somebody's mistake. */
const MAX_KEPT = 100;

/** The visitor's commands of one name that are not taken, oldest first: those that wait, and those that failed. */
export class UnsentCommands<Data extends object> {
  readonly state: Store<readonly Unsent<Data>[]>;
  readonly #client: Client;
  readonly #command: string;
  readonly #place: string;
  readonly #set: (unsent: readonly Unsent<Data>[]) => void;
  readonly #stops: readonly (() => void)[];
  #failed: readonly Unsent<Data>[];

  /** @param place where the browser keeps what was refused */
  constructor(client: Client, command: string, place: string) {
    this.#client = client;
    this.#command = command;
    this.#place = place;
    this.#failed = this.#recall();
    const store = createStore<readonly Unsent<Data>[]>([], (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== this.#place) return;
      this.#failed = this.#recall();
      this.#tell();
    };
    // Another tab has written.
    addEventListener('storage', onStorage);
    this.#stops = [
      () => removeEventListener('storage', onStorage),
      client.pending.subscribe(() => this.#tell()),
      client.on('undelivered', ({ entry, error: { code, message } }) => {
        const unsent = this.#unsentOf(entry);
        // A closed client keeps its entries for the next.
        if (unsent && code !== 'closed')
          this.#keep([...this.#failed, { ...unsent, error: { code, message } }]);
      }),
    ];
    this.#tell();
  }

  /** Sends it: at once, or as soon as there is a connection. */
  send(data: Data, key?: string): void {
    // What becomes of it is told by the state, also for what an earlier life of the page has written.
    this.#client.command(this.#command, data, { key }).catch(() => {});
  }

  /** Sends what has failed again, as the same command. */
  retry({ key, data }: Unsent<Data>): void {
    this.discard(key);
    this.send(data, key);
  }

  /** Forgets what has failed. */
  discard(key: string): void {
    this.#keep(this.#failed.filter((unsent) => unsent.key !== key));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #keep(failed: readonly Unsent<Data>[]): void {
    this.#failed = failed.slice(-MAX_KEPT);
    try {
      localStorage.setItem(this.#place, JSON.stringify(this.#failed));
    } catch {
      // Storage may be full or forbidden; they then last as long as the page.
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#client.pending.getSnapshot().entries.flatMap((each) => this.#unsentOf(each) ?? []);
    this.#set([...this.#failed, ...waiting].toSorted((a, b) => a.at - b.at));
  }

  #unsentOf({ key, message, created }: OutboxEntry): Unsent<Data> | undefined {
    if (message.type !== 'command' || message.name !== this.#command) return undefined;
    return { key, data: message.data as Data, at: created, error: undefined };
  }

  #recall(): readonly Unsent<Data>[] {
    try {
      return JSON.parse(localStorage.getItem(this.#place) ?? '[]') as readonly Unsent<Data>[];
    } catch {
      return [];
    }
  }
}
