/**
 * Connection state recovery: a stock client that comes back with its pid and its cursor is given its session and what it
 * missed, or is told that it cannot be.
 *
 * @module
 */
import { parseCursor } from '@tidings/protocol';
import type { Clock } from '../../core/ports/clock.ts';
import type { Wire } from '../../core/ports/connection.ts';
import type { RecoveryRecord, RecoveryStore } from '../../core/ports/recovery-store.ts';
import type { Admission, Followed, Host, Identity, Session } from '../../core/ports/transport.ts';
import { type Recoverable, RecoveryRecorder } from './recovery-recorder.ts';
import { SocketIOConnection } from './socketio-connection.ts';
import type { Visit } from './visit.ts';

export interface SessionRecoveryOptions {
  readonly host: Host;
  readonly wire: Wire;
  readonly clock: Clock;
  /** Where sessions are remembered. */
  readonly store: RecoveryStore;
  /** How long a client that was cut off may come back to its session, milliseconds. */
  readonly window: number;
  /** Whether an identity that was verified before still may come in. */
  readonly stands: (identity: Identity) => boolean;
  /** The store failed. */
  readonly onError: (error: unknown) => void;
}

/** A session that is here. */
interface Present extends Recoverable {
  readonly visit: Visit;
  readonly floors: Map<string, number>;
}

export class SessionRecovery {
  readonly #options: SessionRecoveryOptions;
  readonly #recorder: RecoveryRecorder;
  readonly #byPid = new Map<string, Present>();
  readonly #bySession = new WeakMap<Session, Present>();
  /** Where recovered sessions follow their channels from, until they are here. */
  readonly #floors = new WeakMap<Session, Map<string, number>>();
  /** Sessions that someone is just coming back to, by pid. */
  readonly #coming = new Map<string, Promise<unknown>>();

  constructor(options: SessionRecoveryOptions) {
    const { host } = options;
    this.#options = options;
    this.#recorder = new RecoveryRecorder(options);
    host.observe({
      subscribed: ({ session }) => this.changed(session),
      unsubscribed: ({ session, channel }) => {
        this.#bySession.get(session)?.floors.delete(channel);
        this.changed(session);
      },
      identified: (session) => this.changed(session),
    });
  }

  /** A session is here: from now on it can be recovered by its pid. It hears nothing before that is saved. */
  arrived(visit: Visit, pid: string): void {
    if (!visit.joined) return;
    const { session, connection } = visit.joined;
    const present: Present = {
      pid,
      session,
      visit,
      floors: this.#floors.get(session) ?? new Map(),
      leftAt: undefined,
      hold: () => connection.hold(),
      release: () => connection.release(),
    };
    this.#byPid.set(pid, present);
    this.#bySession.set(session, present);
    this.#recorder.changed(present);
  }

  /** A session's connection was lost. @param back whether its client may come back to it. */
  left(session: Session, back: boolean): void {
    const present = this.#bySession.get(session);
    if (!present) return;
    this.#bySession.delete(session);
    // Somebody has come back to it already.
    if (this.#byPid.get(present.pid) !== present) return;
    this.#byPid.delete(present.pid);
    if (back) this.#recorder.left(present);
    else this.#recorder.forget(present.pid);
  }

  /**
   * Recovers a session for a client that has just come in: it then is open, with what was missed in line, and held back
   * until the client has been told.
   *
   * @returns the session's id, or `undefined` when it is to be a new one.
   */
  async restore(
    visit: Visit,
    pid: string,
    cursor: string,
    token: string | undefined,
  ): Promise<string | undefined> {
    // What the gate has against it is told by the middleware, which asks again.
    const admission = await visit.admit(token).catch(() => undefined);
    if (!admission || parseCursor(cursor)?.log !== this.#options.host.log) return undefined;
    const restored = this.#inTurn(pid, () => this.#restore(visit, pid, cursor, admission));
    const id = await restored;
    if (id === undefined && visit.joined) await visit.again(token).catch(() => undefined);
    return id;
  }

  /** A client whose connection is lost while it comes back comes again: the later one has the session. */
  async #inTurn<T>(pid: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#coming.get(pid) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {});
    this.#coming.set(pid, settled);
    try {
      return await turn;
    } finally {
      if (this.#coming.get(pid) === settled) this.#coming.delete(pid);
    }
  }

  async #restore(
    visit: Visit,
    pid: string,
    cursor: string,
    admission: Admission,
  ): Promise<string | undefined> {
    // A client that comes back has left, even if its old connection does not know yet.
    this.#byPid.get(pid)?.visit.engine.close(true);
    const record = await this.#recorder.find(pid);
    const identity = record && this.#identity(admission.identity, record.identity);
    if (!record || !identity || visit.ended) return undefined;
    if (await this.#resume(visit, record, cursor, { ...admission, identity })) return record.id;
    // One that was cut off again meanwhile may still come back.
    if (!visit.ended && visit.joined?.session.closed === undefined) this.#recorder.forget(pid);
    return undefined;
  }

  /** Saves what is still to be saved. */
  close(): Promise<void> {
    return this.#recorder.close();
  }

  /** What a session follows has changed, or from where. It hears nothing before that is saved. */
  changed(session: Session): void {
    const present = this.#bySession.get(session);
    if (present) this.#recorder.changed(present);
  }

  /** As whom the session goes on: by the newer token of the same user, or nobody when it must not. */
  #identity(now: Identity, before: Identity): Identity | undefined {
    if (now.user !== undefined) {
      if (now.user !== before.user) return undefined;
      const refreshed = (before.issuedAt ?? 0) > (now.issuedAt ?? 0);
      return refreshed && this.#stands(before) ? before : now;
    }
    if (before.user === undefined) return now;
    return this.#stands(before) ? before : undefined;
  }

  #stands(identity: Identity): boolean {
    const { clock, stands } = this.#options;
    return (identity.expiresAt ?? Number.POSITIVE_INFINITY) > clock.now() && stands(identity);
  }

  /** Opens the session and puts what it missed in line. @returns whether it is whole. */
  async #resume(
    visit: Visit,
    { id, channels }: RecoveryRecord,
    cursor: string,
    { identity, provisional }: Admission,
  ): Promise<boolean> {
    const { host, wire } = this.#options;
    const connection = new SocketIOConnection(visit, host, wire);
    connection.hold();
    const session = host.open({
      id,
      cursor,
      identity,
      provisional: provisional && identity.user === undefined,
      transport: 'socketio',
      wire,
      connection,
      address: visit.handshake.address,
    });
    visit.join({ session, connection });
    const followed = await host.resume(session, channels, cursor).catch(this.#options.onError);
    if (session.closed || !followed || !isWhole(followed)) {
      connection.drop();
      return false;
    }
    const missed = followed.channels.flatMap((channel) => ('events' in channel ? channel.events : []));
    for (const event of missed.sort((a, b) => a.sequence - b.sequence)) {
      const text = wire.dialect.encodeEvent(event);
      if (text !== undefined) host.send(session, text);
    }
    followed.activate();
    this.#floors.set(session, new Map(channels.map(({ channel, from }) => [channel, from])));
    return true;
  }
}

function isWhole({ channels }: Followed): boolean {
  return channels.every((channel) => 'recovered' in channel && channel.recovered);
}
