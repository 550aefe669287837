import type { Namespace } from 'socket.io';
import { Adapter, type BroadcastOptions, type Session as KeptSession } from 'socket.io-adapter';
import { PacketType } from 'socket.io-parser';
import type { Clock } from '../../core/ports/clock.ts';

/** What a kit's handlers have made of a socket. */
interface Kept extends Pick<KeptSession, 'rooms' | 'data'> {
  /** When its connection was lost, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

/** Finds the session of a client that comes back, and says under which id; `undefined` when it cannot be recovered. */
export type Restore = (pid: string, offset: string) => Promise<string | undefined>;

/**
 * The adapter in memory, whose sessions are recovered from channels.
 *
 * Rooms and `socket.data`, which belong to kits, are kept while the process lives.
 *
 * @param window how long they are kept, milliseconds.
 */
export function recoveryAdapter(restore: Restore, clock: Clock, window: number): typeof Adapter {
  /** By pid, the oldest first. */
  const kept = new Map<string, Kept>();

  function keep(pid: string, rooms: Kept['rooms'], data: unknown): void {
    const now = clock.now();
    for (const [old, { at }] of kept) {
      if (at + window >= now) break;
      kept.delete(old);
    }
    kept.set(pid, { rooms, data, at: now });
  }

  return class RecoveryAdapter extends Adapter {
    readonly #root: boolean;

    constructor(namespace: Namespace) {
      super(namespace);
      this.#root = namespace.name === '/';
    }

    override persistSession({ pid, rooms, data }: KeptSession): void {
      if (this.#root) keep(pid, rooms, data);
    }

    override async restoreSession(pid: string, offset: string): Promise<KeptSession> {
      const sid = this.#root ? await restore(pid, offset) : undefined;
      // The library takes nothing for "not recovered", which its types do not say.
      if (sid === undefined) return undefined as unknown as KeptSession;
      const { rooms = [], data = {} } = kept.get(pid) ?? {};
      kept.delete(pid);
      return { sid, pid, rooms, data, missedPackets: [] };
    }

    /** A client takes the last argument of an event for its place in the log when it is a string, so here it never is. */
    override broadcast(
      packet: { type: PacketType; id?: number; data: unknown[] },
      options: BroadcastOptions,
    ): void {
      if (
        packet.type === PacketType.EVENT &&
        packet.id === undefined &&
        typeof packet.data.at(-1) === 'string'
      )
        packet.data.push(null);
      super.broadcast(packet, options);
    }
  };
}
