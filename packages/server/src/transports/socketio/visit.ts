import type { Socket } from 'socket.io';
import type { Admission, Handshake, Host, Session } from '../../core/ports/transport.ts';
import type { Engine, SocketIOConnection } from './socketio-connection.ts';

/** A session while its client is there. */
export interface Joined {
  readonly session: Session;
  readonly connection: SocketIOConnection;
}

/**
 * A client from its first byte to its last: the place it takes at the gate, and then the session it becomes.
 *
 * A place is taken when the connection is made, so that clients who never say who they are count too.
 */
export class Visit {
  readonly engine: Engine;
  readonly handshake: Handshake;
  /** It asked to join the namespace `/`. */
  joining = false;
  /** How often it asked to join another namespace. */
  otherJoins = 0;
  /** Who it is, once the gate has said so. */
  admission: Promise<Admission> | undefined;
  admitted: Admission | undefined;
  joined: Joined | undefined;
  /** Its socket in the namespace `/`. */
  socket: Socket | undefined;
  ended = false;
  readonly #host: Host;
  #placed = true;

  constructor(host: Host, engine: Engine, handshake: Handshake) {
    this.#host = host;
    this.engine = engine;
    this.handshake = handshake;
  }

  /** Asks the gate who this is; once for each time it joins. @throws TidingsError */
  admit(token: string | undefined): Promise<Admission> {
    this.admission ??= this.#admit(token);
    return this.admission;
  }

  /** Gives the session up and asks the gate again. @throws TidingsError */
  again(token: string | undefined): Promise<Admission> {
    const { joining } = this;
    this.leave();
    this.joining = joining;
    return this.admit(token);
  }

  async #admit(token: string | undefined): Promise<Admission> {
    // Leaving and entering are one step: the gate takes the place before anything is awaited.
    this.#leavePlace();
    const admitted = await this.#host.admit({ ...this.handshake, token: this.handshake.token ?? token });
    this.#placed = true;
    if (this.ended) this.#leavePlace();
    this.admitted = admitted;
    return admitted;
  }

  /** It is a session now, which has the place. */
  join(joined: Joined): void {
    this.joined = joined;
    this.#placed = false;
  }

  /** The session has ended; the connection may be there still, and join again. */
  leave(): void {
    if (this.joined) this.#host.closed(this.joined.session);
    this.joined = undefined;
    this.admission = undefined;
    this.admitted = undefined;
    this.socket = undefined;
    this.joining = false;
  }

  /** The connection has ended. */
  end(): void {
    this.ended = true;
    this.leave();
    this.#leavePlace();
  }

  #leavePlace(): void {
    if (!this.#placed) return;
    this.#placed = false;
    this.#host.turnedAway(this.handshake.address);
  }
}
