/**
 * What the visitor has written and the server has not taken: what waits in the outbox, and what was refused.
 *
 * @module
 */
import { type Client, createStore, type OutboxEntry, type Store } from '@tidings/client';

/** A message that is on its way, or will never arrive. */
export interface Unsent {
  /** The message's id by this client: the key of the command. */
  readonly key: string;
  readonly roomId: string;
  readonly text: string;
  /** When it was written, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Why it was refused; `undefined` while it waits. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

interface SendMessage {
  readonly roomId: string;
  readonly message: string;
  readonly timestamp: string;
}

/** Refused messages are kept over a reload; more than these would be somebody's mistake. */
const MAX_KEPT = 100;

/** The visitor's messages that are not sent, oldest first: those that wait, and those that failed. */
export class UnsentMessages {
  readonly state: Store<readonly Unsent[]>;
  readonly #client: Client;
  readonly #place: string;
  readonly #set: (unsent: readonly Unsent[]) => void;
  readonly #stops: readonly (() => void)[];
  #failed: readonly Unsent[];

  constructor(client: Client, user: string) {
    this.#client = client;
    this.#place = `tidings.rooms.failed:${user}`;
    this.#failed = recall(this.#place);
    const store = createStore<readonly Unsent[]>([], (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== this.#place) return;
      this.#failed = recall(this.#place);
      this.#tell();
    };
    // Another tab has written.
    addEventListener('storage', onStorage);
    this.#stops = [
      () => removeEventListener('storage', onStorage),
      client.pending.subscribe(() => this.#tell()),
      client.on('undelivered', ({ entry, error: { code, message } }) => {
        const unsent = unsentOf(entry);
        // A closed client keeps its entries for the next.
        if (unsent && code !== 'closed')
          this.#keep([...this.#failed, { ...unsent, error: { code, message } }]);
      }),
    ];
    this.#tell();
  }

  /** Writes in a room: at once, or as soon as there is a connection. */
  send(roomId: string, text: string, key?: string): void {
    const data: SendMessage = { roomId, message: text, timestamp: new Date().toISOString() };
    // What becomes of it is told by the state, also for what an earlier life of the page has written.
    this.#client.command('send_message', data, { key }).catch(() => {});
  }

  /** Sends what has failed again, as the same message. */
  retry({ key, roomId, text }: Unsent): void {
    this.discard(key);
    this.send(roomId, text, key);
  }

  /** Forgets what has failed. */
  discard(key: string): void {
    this.#keep(this.#failed.filter((unsent) => unsent.key !== key));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #keep(failed: readonly Unsent[]): void {
    this.#failed = failed.slice(-MAX_KEPT);
    try {
      localStorage.setItem(this.#place, JSON.stringify(this.#failed));
    } catch {
      // Storage may be full or forbidden; they then last as long as the page.
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#client.pending.getSnapshot().entries.flatMap((entry) => unsentOf(entry) ?? []);
    this.#set([...this.#failed, ...waiting].toSorted((a, b) => a.at - b.at));
  }
}

function unsentOf({ key, message, created }: OutboxEntry): Unsent | undefined {
  if (message.type !== 'command' || message.name !== 'send_message') return undefined;
  const { roomId, message: text } = message.data as SendMessage;
  return { key, roomId, text, at: created, error: undefined };
}

function recall(place: string): readonly Unsent[] {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '[]') as readonly Unsent[];
  } catch {
    return [];
  }
}
