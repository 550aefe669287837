/**
 * A visitor's notifications, the same in all tabs and on all devices.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import { whenLive } from '../when-live.ts';

/** One notification, as the server tells it. */
export interface Notice {
  readonly id: string;
  readonly type: 'info' | 'success' | 'warning' | 'error';
  readonly title: string;
  readonly message: string;
  readonly category: string;
  readonly url?: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly seen: boolean;
  readonly read: boolean;
}

/** What the inbox holds. */
export interface InboxState {
  /** The newest first. */
  readonly notices: readonly Notice[];
  readonly unread: number;
  readonly unseen: number;
  /** Ask for more with {@link Inbox.more}. */
  readonly next: string | undefined;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface Page {
  readonly notifications: readonly Notice[];
  readonly unread: number;
  readonly unseen: number;
  readonly next?: string;
}

/** What another tab or device did; of all until a moment, or of some. */
interface Marked {
  readonly ids?: readonly string[];
  readonly all?: boolean;
  readonly unread: number;
  readonly unseen: number;
}

interface Events {
  readonly notification: Notice;
  readonly notification_seen: Marked;
  readonly notification_read: Marked;
  readonly notification_archived: Marked;
}

const PAGE = 20;

/** Follows a visitor's notifications until it is closed. */
export class Inbox {
  readonly state: Store<InboxState>;
  readonly #client: Pick<Client, 'command'>;
  readonly #set: (change: Partial<InboxState>) => void;
  readonly #stops: readonly (() => void)[];
  /** What has come. */
  #heard = 0;

  /** @param onNew told of each that comes while the page is open. */
  constructor(
    client: Pick<Client, 'channel' | 'command' | 'status'>,
    user: string,
    onNew: (notice: Notice) => void,
  ) {
    this.#client = client;
    const store = createStore<InboxState>(
      { notices: [], unread: 0, unseen: 0, next: undefined, loaded: false, error: undefined },
      (error) => {
        throw error;
      },
    );
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    const channel = client.channel<Events>(`user:${user}`);
    this.#stops = [
      channel.on('notification', (notice) => {
        this.#heard += 1;
        const { notices, unread, unseen } = this.#now;
        if (notices.some(({ id }) => id === notice.id)) return;
        this.#set({ notices: [notice, ...notices], unread: unread + 1, unseen: unseen + 1 });
        onNew(notice);
      }),
      channel.on('notification_seen', (marked) => this.#marked(marked, { seen: true })),
      channel.on('notification_read', (marked) => this.#marked(marked, { seen: true, read: true })),
      channel.on('notification_archived', (marked) => this.#marked(marked, undefined)),
      channel.onGap(() => this.#load()),
      whenLive(client, channel, () => void this.#load()),
    ];
  }

  /** Loads the page after the last. */
  more(): Promise<void> {
    return this.#load(this.#now.next);
  }

  /** Says that the visitor has had them before their eyes, so that no device rings for them. */
  seen(ids: readonly string[]): void {
    if (ids.length > 0) this.#mark('seen', { ids });
  }

  read(id: string): void {
    this.#mark('read', { ids: [id] });
  }

  readAll(): void {
    this.#mark('read', { all: true });
  }

  archive(id: string): void {
    this.#mark('archive', { ids: [id] });
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  get #now(): InboxState {
    return this.state.getSnapshot();
  }

  async #load(after?: string): Promise<void> {
    const heard = this.#heard;
    try {
      const page = await this.#client.command<Page>('inbox.list', { limit: PAGE, ...(after && { after }) });
      // What has come meanwhile may be missing in it, and in its counts.
      if (heard !== this.#heard) return await this.#load(after);
      const { notifications, unread, unseen, next } = page;
      const known = after === undefined ? [] : this.#now.notices;
      const fresh = notifications.filter(({ id }) => !known.some((notice) => notice.id === id));
      this.#set({ notices: [...known, ...fresh], unread, unseen, next, loaded: true, error: undefined });
    } catch (error) {
      this.#set({ error });
    }
  }

  /** The answer's counts come again as an event, to this tab too. */
  #mark(as: 'seen' | 'read' | 'archive', target: object): void {
    this.#client.command(`inbox.${as}`, target).catch((error: unknown) => this.#set({ error }));
  }

  /** @param change what they are now; nothing when they are gone. */
  #marked({ ids, all, unread, unseen }: Marked, change: Partial<Notice> | undefined): void {
    this.#heard += 1;
    const concerns = ({ id }: Notice) => all === true || ids?.includes(id) === true;
    const notices = change
      ? this.#now.notices.map((notice) => (concerns(notice) ? { ...notice, ...change } : notice))
      : this.#now.notices.filter((notice) => !concerns(notice));
    this.#set({ notices, unread, unseen });
  }
}
