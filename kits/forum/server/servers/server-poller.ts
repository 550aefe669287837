import type { Forum } from '../tables.ts';
import { type AddressGuard, RefusedAddress } from './address-guard.ts';
import { askGame } from './ask-game.ts';
import { recordAnswer } from './servers.ts';
import type { ServerRow } from './status.ts';

/** What the poller needs. */
export interface ServerPollerOptions {
  /** Milliseconds between two questions to a server that answers. */
  readonly interval: number;
  /** Milliseconds within which a server answers. */
  readonly timeout: number;
  readonly guard: AddressGuard;
}

/** A server that is being asked is this node's for so long, milliseconds; when the node dies, another one asks. */
const LEASE = 60_000;

/** Servers that are asked side by side. */
const AT_ONCE = 32;

/** A server that does not answer is asked more and more rarely, up to this, milliseconds. */
const LONGEST_WAIT = 5 * 60_000;

/**
 * Asks game servers how they are, when it is time to. Whoever asks a server has taken its row for a while, so that of several
 * nodes one does. It has no clockwork of its own: a job calls {@link run} every second.
 */
export class ServerPoller {
  readonly #forum: Forum;
  readonly #options: ServerPollerOptions;
  readonly #asking = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #taking: Promise<void> | undefined;

  constructor(forum: Forum, options: ServerPollerOptions) {
    this.#forum = forum;
    this.#options = options;
  }

  /** Begins to ask everything that is due. Never fails; the answers are not waited for. */
  run(): Promise<void> {
    this.#taking ??= this.#askDue()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#taking = undefined;
      });
    return this.#taking;
  }

  /** Drops what is under way; when its time is over, another node asks. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#taking;
    await Promise.all(this.#asking);
  }

  async #askDue(): Promise<void> {
    const room = AT_ONCE - this.#asking.size;
    if (room === 0 || this.#closing.signal.aborted) return;
    for (const row of await this.#take(room)) {
      const asking = this.#ask(row)
        .catch((error: unknown) => this.#fail(error))
        .finally(() => this.#asking.delete(asking));
      this.#asking.add(asking);
    }
  }

  async #take(limit: number): Promise<readonly ServerRow[]> {
    const { db, clock } = this.#forum;
    const now = clock.now();
    return (
      db
        .updateTable('forum_servers')
        .set({ next: now + LEASE })
        .where('id', 'in', (query) =>
          query
            .selectFrom('forum_servers')
            .select('id')
            .where('next', '<=', now)
            .orderBy('next')
            .limit(limit),
        )
        // Asked again of the row that is written, which another node may have taken meanwhile.
        .where('next', '<=', now)
        .returningAll()
        .execute()
    );
  }

  async #ask(row: ServerRow): Promise<void> {
    const { interval, timeout, guard } = this.#options;
    const { clock, log } = this.#forum;
    const { signal } = this.#closing;
    const stopped = Promise.withResolvers<undefined>();
    const stop = () => stopped.resolve(undefined);
    signal.addEventListener('abort', stop);
    const asked = askGame(row, { guard, timeout }).catch((error: unknown) => {
      if (error instanceof RefusedAddress) log.warn({ server: row.id }, error.message);
      return undefined;
    });
    const answer = await Promise.race([asked, stopped.promise]);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) return;
    const wait = (failures: number) =>
      // The first failure may be a lost datagram, and is no reason to wait.
      Math.min(interval * 2 ** Math.max(0, failures - 1), Math.max(LONGEST_WAIT, interval));
    await recordAnswer(this.#forum, row, answer, (failures) => clock.now() + wait(failures));
  }

  #fail(error: unknown): void {
    this.#forum.log.error({ err: error }, 'game servers could not be asked');
  }
}
