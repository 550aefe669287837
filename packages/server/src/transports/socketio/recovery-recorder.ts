/**
 * Keeps the records of sessions that can be recovered up to date.
 *
 * What changes in a tick is saved at its end, in one go; until it is saved, nothing is sent to the sessions it is about,
 * so that a client never knows of a subscription that would not be recovered. Events cost nothing.
 *
 * @module
 */
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { RecoveryRecord, RecoveryStore } from '../../core/ports/recovery-store.ts';
import type { Session } from '../../core/ports/transport.ts';

/** A session that can be recovered. */
export interface Recoverable {
  readonly pid: string;
  readonly session: Session;
  /** From where a recovered session follows the channels it had, by name, instead of from its own begin. */
  readonly floors: ReadonlyMap<string, number>;
  /** When its connection was lost, milliseconds since 1970-01-01 UTC. */
  leftAt: number | undefined;
  /** Holds back what is sent to it. */
  hold(): void;
  release(): void;
}

export interface RecoveryRecorderOptions {
  readonly store: RecoveryStore;
  readonly clock: Clock;
  /** How long a client may come back, milliseconds. */
  readonly window: number;
  /** The store failed; it is tried again, and meanwhile the session cannot be recovered. */
  readonly onError: (error: unknown) => void;
}

/** Wait before saving again what could not be saved, milliseconds. */
const RETRY = 1000;

/** How often records of sessions that did not come back are deleted, milliseconds. */
const SWEEP_INTERVAL = 30_000;

export class RecoveryRecorder {
  readonly #options: RecoveryRecorderOptions;
  #changed = new Set<Recoverable>();
  #forgotten = new Set<string>();
  /** Sessions whose record on disk, if there is one, is not what they are. */
  readonly #stale = new Map<string, Recoverable | undefined>();
  #saving: Promise<void> = Promise.resolve();
  #scheduled = false;
  readonly #sweeper: Timer;
  #retry: Timer | undefined;

  constructor(options: RecoveryRecorderOptions) {
    this.#options = options;
    this.#sweeper = options.clock.every(SWEEP_INTERVAL, () => this.#sweep());
  }

  /** A session came, or follows other channels, or is someone else; it hears nothing before that is saved. */
  changed(recoverable: Recoverable): void {
    if (this.#changed.has(recoverable)) return;
    this.#changed.add(recoverable);
    recoverable.hold();
    this.#schedule();
  }

  /** The session's connection was lost; from now on it can be recovered for a while. */
  left(recoverable: Recoverable): void {
    recoverable.leftAt = this.#options.clock.now();
    this.changed(recoverable);
  }

  /** The session has ended for good. */
  forget(pid: string): void {
    for (const recoverable of this.#changed) {
      if (recoverable.pid !== pid) continue;
      this.#changed.delete(recoverable);
      recoverable.release();
    }
    this.#forgotten.add(pid);
    this.#schedule();
  }

  /** Reads what is known of a session, unless it left too long ago. Never rejects. */
  async find(pid: string): Promise<RecoveryRecord | undefined> {
    const { store, clock, window, onError } = this.#options;
    await this.#save();
    if (this.#stale.has(pid)) return undefined;
    try {
      const record = await store.load(pid);
      return record && (record.leftAt ?? clock.now()) + window >= clock.now() ? record : undefined;
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  /** Saves what is still to be saved. */
  async close(): Promise<void> {
    this.#sweeper.cancel();
    this.#retry?.cancel();
    await this.#save();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => void this.#save());
  }

  /** Saves all changes until now. Never rejects. */
  #save(): Promise<void> {
    this.#scheduled = false;
    const changed = this.#changed;
    const forgotten = this.#forgotten;
    if (changed.size === 0 && forgotten.size === 0) return this.#saving;
    this.#changed = new Set();
    this.#forgotten = new Set();
    // One after the other, so that an older record never replaces a newer one.
    this.#saving = this.#saving.then(() => this.#write(changed, forgotten));
    return this.#saving;
  }

  async #write(changed: ReadonlySet<Recoverable>, forgotten: ReadonlySet<string>): Promise<void> {
    const { store, clock, onError } = this.#options;
    try {
      if (changed.size > 0) await store.save([...changed].map(toRecord));
      for (const { pid } of changed) this.#stale.delete(pid);
      if (forgotten.size > 0) await store.delete([...forgotten]);
      for (const pid of forgotten) this.#stale.delete(pid);
    } catch (error) {
      onError(error);
      for (const recoverable of changed) this.#stale.set(recoverable.pid, recoverable);
      for (const pid of forgotten) this.#stale.set(pid, undefined);
      this.#retry ??= clock.after(RETRY, () => this.#tryAgain());
    } finally {
      for (const recoverable of changed) recoverable.release();
    }
  }

  #tryAgain(): void {
    const { clock, window } = this.#options;
    this.#retry = undefined;
    for (const [pid, recoverable] of this.#stale) {
      const { leftAt = clock.now() } = recoverable ?? {};
      // Who left too long ago is not kept until the store works: only that it must be deleted there.
      if (recoverable && leftAt + window >= clock.now()) this.changed(recoverable);
      else this.#forgotten.add(pid);
    }
    this.#schedule();
  }

  #sweep(): void {
    const { store, clock, window, onError } = this.#options;
    store.sweep(clock.now() - window).catch(onError);
  }
}

function toRecord({ pid, session, floors, leftAt }: Recoverable): RecoveryRecord {
  const followed = [...session.subscriptions.values()].filter(({ announced }) => announced);
  return {
    pid,
    id: session.id,
    identity: session.identity,
    channels: followed.map(({ channel, from, byRight }) => ({
      channel,
      from: floors.get(channel) ?? from,
      byRight,
    })),
    leftAt,
  };
}
