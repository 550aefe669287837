/**
 * The visitor's rooms and invitations, the same in all tabs and on all devices.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import type { Call } from '../../shared/web/call.ts';
import { whenLive } from '../../shared/web/when-live.ts';
import type { Invitation, Message, MyRoom, Update } from '../events.ts';

/** What the list holds. */
export interface RoomListState {
  /** The one in which something was written last is first. */
  readonly rooms: readonly MyRoom[];
  readonly invitations: readonly Invitation[];
  readonly loaded: boolean;
  readonly error: unknown;
}

const EMPTY: RoomListState = { rooms: [], invitations: [], loaded: false, error: undefined };

/** Follows the visitor's rooms until it is closed. */
export class RoomList {
  readonly state: Store<RoomListState>;
  readonly #call: Call;
  readonly #set: (change: Partial<RoomListState>) => void;
  readonly #stops: readonly (() => void)[];
  /** Only the answer to the newest question counts. */
  #asked = 0;
  /** What was changed while that answer is on its way, which may have been read before; it is changed there too. */
  #meanwhile: Change[] | undefined;

  constructor(client: Client, call: Call, user: string) {
    this.#call = call;
    const store = createStore<RoomListState>(EMPTY, (error) => {
      throw error;
    });
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<{ update: Update }>(`user:${user}`);
    this.#stops = [
      channel.on('update', (update) => this.#take(update)),
      channel.onGap(() => this.load()),
      whenLive(client, channel, () => void this.load()),
    ];
  }

  find(id: string): MyRoom | undefined {
    return this.state.getSnapshot().rooms.find((room) => room.id === id);
  }

  /** Reads everything anew; an error stands in the state. */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const meanwhile: Change[] = [];
    this.#meanwhile = meanwhile;
    try {
      const [{ rooms }, { invitations }] = await Promise.all([
        this.#call<{ readonly rooms: readonly MyRoom[] }>('/rooms'),
        this.#call<{ readonly invitations: readonly Invitation[] }>('/rooms/invitations'),
      ]);
      if (asked !== this.#asked) return;
      const known = meanwhile.reduce((list, change) => list.map(change), rooms);
      this.#set({ rooms: sorted(known), invitations, loaded: true, error: undefined });
    } catch (error) {
      if (asked === this.#asked) this.#set({ error });
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
    }
  }

  /** Something was written in a room that is open here, which tells it sooner than the list does. */
  heard(message: Message): void {
    this.#change(message.roomId, (room) =>
      message.seq < room.lastSeq ? room : { ...room, lastSeq: message.seq, last: message },
    );
  }

  /** How far a room is read, as the server has answered. */
  read(id: string, lastRead: number, unread: number): void {
    this.#change(id, (room) => (lastRead < room.lastRead ? room : { ...room, lastRead, unread }));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#asked += 1;
  }

  #take(update: Update): void {
    switch (update.kind) {
      case 'unread': {
        const { roomId, unread, lastRead, last } = update;
        this.#change(roomId, (room) => {
          if (last !== null && last.seq < room.lastSeq) return room;
          // What was counted before the visitor had read it is no news.
          const counts = lastRead < room.lastRead ? {} : { unread, lastRead };
          return { ...room, ...counts, ...(last === null ? {} : { last, lastSeq: last.seq }) };
        });
        return;
      }
      case 'read':
        this.read(update.roomId, update.lastRead, update.unread);
        return;
      case 'changed': {
        const { name, topic, owner } = update;
        this.#change(update.roomId, (room) => ({ ...room, name, topic, owner }));
        return;
      }
      default:
        void this.load();
    }
  }

  #change(id: string, of: Change): void {
    const change: Change = (room) => (room.id === id ? of(room) : room);
    this.#meanwhile?.push(change);
    this.#set({ rooms: sorted(this.state.getSnapshot().rooms.map(change)) });
  }
}

type Change = (room: MyRoom) => MyRoom;

function sorted(rooms: readonly MyRoom[]): readonly MyRoom[] {
  return rooms.toSorted((a, b) => newest(b) - newest(a));
}

function newest({ last, created }: MyRoom): number {
  return Date.parse(last?.timestamp ?? created);
}
