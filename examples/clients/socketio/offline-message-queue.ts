const MAX_MESSAGES = 500;
const MAX_RETRY_COUNT = 10;

/** The server takes 65,536 bytes, and ends the connection beyond it. */
const MAX_MESSAGE_BYTES = 60_000;

/** The wait after the first failure is at most this long, milliseconds; it doubles. */
const BASE_DELAY = 500;

/** After so many failures the wait grows no more, whatever the longest is. */
const MAX_DOUBLINGS = 10;

/** Errors after which the same may succeed later. */
export const TEMPORARY: ReadonlySet<string> = new Set([
  'internal',
  'unavailable',
  'rate_limited',
  'timeout',
  'storage_unavailable',
  'storage_full',
  // Not the server's: the connection was lost before the answer came.
  'connection_lost',
]);

/** Keeps text over restarts, as `localStorage` does. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  /** @throws when there is no room; the user is told then. */
  setItem(key: string, value: string): void;
}

/** A message of the user. */
export interface Message {
  /** Never changes: under it a repeat has one effect. */
  readonly id: string;
  readonly roomId: string;
  readonly message: string;
  readonly timestamp: string;
}

/** A message that waits, or one that has failed and waits for the user's word. */
export interface OfflineMessage {
  readonly content: Message;
  readonly retryCount: number;
  /** Why it failed. */
  readonly failed?: string;
}

/** What became of a message that was sent. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly code: string; readonly retryAfter?: number } };

export interface OfflineMessageQueueOptions {
  readonly storage: KeyValueStorage;
  /** @returns what the server answered; `undefined` when there is no connection to send it over. */
  sendMessageDirectly(message: Message): Promise<Outcome | undefined>;
  onSent(message: Message): void;
  /** It is not tried again by itself. Tell the user. */
  onFailed(message: Message, code: string): void;
  /** The longest wait between two attempts, milliseconds. @default 30000 */
  readonly maxDelay?: number;
}

/**
 * Every message goes through here, with a network or without: whether there was one is known only when the answer is here.
 * It is kept before `queueMessage` returns, and leaves with its answer. One is on its way at a time, so their order stays.
 *
 * A message that was sent and not taken ten times, or is refused for good, has failed: it stays, `onFailed` is called, and
 * the user decides (`retry`, `discard`). Waiting for a network is no attempt.
 */
export class OfflineMessageQueue {
  private readonly options: OfflineMessageQueueOptions;
  private messages: readonly OfflineMessage[];
  private sending = false;

  constructor(options: OfflineMessageQueueOptions) {
    this.options = options;
    this.messages = JSON.parse(options.storage.getItem('offline_messages') ?? '[]');
  }

  /** What waits and what has failed, in the order in which it was written. */
  get all(): readonly OfflineMessage[] {
    return this.messages;
  }

  /** @throws Error when it is too large, too many wait already, or the storage is full: tell the user before it is lost. */
  queueMessage(roomId: string, message: string): Message {
    if (this.messages.length >= MAX_MESSAGES) throw new Error(`${MAX_MESSAGES} messages wait already`);
    const content = { id: crypto.randomUUID(), roomId, message, timestamp: new Date().toISOString() };
    const bytes = new TextEncoder().encode(JSON.stringify(content)).length;
    if (bytes > MAX_MESSAGE_BYTES) throw new Error('the message is too large');
    this.save([...this.messages, { content, retryCount: 0 }]);
    void this.sendPendingMessages();
    return content;
  }

  /** Sends what waits, one after the other; for when the connection is there, too. */
  async sendPendingMessages(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      let next = this.next();
      while (next && (await this.sent(next))) next = this.next();
    } finally {
      this.sending = false;
    }
  }

  /** The user wants a failed message to be tried again, under the same id: it is not there twice. */
  retry(id: string): void {
    this.change(id, ({ content }) => ({ content, retryCount: 0 }));
    void this.sendPendingMessages();
  }

  discard(id: string): void {
    this.save(this.messages.filter(({ content, failed }) => content.id !== id || failed === undefined));
  }

  private next(): OfflineMessage | undefined {
    return this.messages.find(({ failed }) => failed === undefined);
  }

  /** @returns whether there is a connection for the next. */
  private async sent({ content, retryCount }: OfflineMessage): Promise<boolean> {
    const { sendMessageDirectly, onSent, onFailed } = this.options;
    const outcome = await sendMessageDirectly(content);
    if (!outcome) return false;
    if (outcome.ok) {
      this.save(this.messages.filter((entry) => entry.content.id !== content.id));
      onSent(content);
      return true;
    }
    const { code, retryAfter } = outcome.error;
    const attempts = retryCount + 1;
    if (!TEMPORARY.has(code) || attempts >= MAX_RETRY_COUNT) {
      this.change(content.id, (entry) => ({ ...entry, retryCount: attempts, failed: code }));
      onFailed(content, code);
      return true;
    }
    this.change(content.id, (entry) => ({ ...entry, retryCount: attempts }));
    await this.wait(retryCount, retryAfter);
    return true;
  }

  private wait(failures: number, retryAfter?: number): Promise<void> {
    const { maxDelay = 30_000 } = this.options;
    const ceiling = Math.min(maxDelay, BASE_DELAY * 2 ** Math.min(failures, MAX_DOUBLINGS));
    return new Promise((resolve) => {
      setTimeout(resolve, retryAfter ?? Math.random() * ceiling);
    });
  }

  private change(id: string, to: (entry: OfflineMessage) => OfflineMessage): void {
    this.save(this.messages.map((entry) => (entry.content.id === id ? to(entry) : entry)));
  }

  private save(messages: readonly OfflineMessage[]): void {
    this.options.storage.setItem('offline_messages', JSON.stringify(messages));
    this.messages = messages;
  }
}
