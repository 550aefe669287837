import type { Forum } from '../tables.ts';
import { type AddressGuard, RefusedAddress } from './address-guard.ts';
import { askGame } from './ask-game.ts';
import { recordAnswer } from './servers.ts';
import type { ServerRow } from './status.ts';

/** What the poller needs. */
export interface ServerPollerOptions {
  /** Milliseconds between two questions to a server that answers. */
  readonly interval: number;
  readonly guard: AddressGuard;
}

/** A server that is being asked is this node's for so long, milliseconds; when the node dies, another one asks. */
const LEASE = 60_000;

/** Servers that are taken at once, and asked side by side. */
const BATCH = 16;

/** A server that does not answer is asked more and more rarely, up to this, milliseconds. */
const LONGEST_WAIT = 5 * 60_000;

/**
 * Asks game servers how they are, when it is time to. Whoever asks a server has taken its row for a while, so that of several
 * nodes one does. It has no clockwork of its own: a job calls {@link run} every second.
 */
export class ServerPoller {
  readonly #forum: Forum;
  readonly #options: ServerPollerOptions;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(forum: Forum, options: ServerPollerOptions) {
    this.#forum = forum;
    this.#options = options;
  }

  /** Asks everything that is due. Never fails; while it runs, another call waits for the same. */
  run(): Promise<void> {
    this.#running ??= this.#askDue()
      .catch((error: unknown) => this.#forum.log.error({ err: error }, 'game servers could not be asked'))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Waits for what is under way, which ends by itself in seconds, and keeps nothing of it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #askDue(): Promise<void> {
    while (!this.#closed) {
      const due = await this.#take();
      if (due.length === 0) return;
      await Promise.all(due.map((row) => this.#ask(row)));
    }
  }

  async #take(): Promise<readonly ServerRow[]> {
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
            .limit(BATCH),
        )
        // Asked again of the row that is written, which another node may have taken meanwhile.
        .where('next', '<=', now)
        .returningAll()
        .execute()
    );
  }

  async #ask(row: ServerRow): Promise<void> {
    const { interval, guard } = this.#options;
    const { clock, log } = this.#forum;
    const answer = await askGame(row, guard).catch((error: unknown) => {
      if (error instanceof RefusedAddress) log.warn({ server: row.id }, error.message);
      return undefined;
    });
    if (this.#closed) return;
    const wait = (failures: number) =>
      // The first failure may be a lost datagram, and is no reason to wait.
      Math.min(interval * 2 ** Math.max(0, failures - 1), Math.max(LONGEST_WAIT, interval));
    await recordAnswer(this.#forum, row, answer, (failures) => clock.now() + wait(failures));
  }
}
