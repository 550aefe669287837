/**
 * The document of a thread: what is typed here goes to the others, and theirs comes here, in whatever order.
 *
 * @module
 */
import { type Client, createStore, type Store } from '@tidings/client';
import { fromBase64, toBase64 } from 'lib0/buffer';
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import * as Y from 'yjs';
import { whenLive } from '../../../shared/web/when-live.ts';
import type { DOC_TEXT, DocOpened } from '../../events.ts';

/** How the document stands. */
export interface DocumentState {
  /** What the server has is here. */
  readonly loaded: boolean;
  /** Whether the visitor may change it. */
  readonly writable: boolean;
  /** Changes that the server has not taken. */
  readonly unsaved: boolean;
  readonly error: unknown;
}

interface Told {
  readonly thread_id: string;
  readonly update: string;
}

/** How much of the typing goes into one update, milliseconds; without a connection each update waits in the outbox. */
const PAUSE = 250;
const OFFLINE_PAUSE = 2000;
/** How often cursors are told at most, milliseconds. */
const CURSOR_PAUSE = 150;

/** The name of the text. */
const TEXT: typeof DOC_TEXT = 'content';

/** What comes from the server is not sent back. */
const REMOTE = 'remote';

/** Follows a document until it is closed. */
export class SharedDocument {
  readonly doc = new Y.Doc();
  readonly text: Y.Text;
  readonly awareness = new Awareness(this.doc);
  readonly state: Store<DocumentState>;
  readonly #client: Client;
  readonly #thread: string;
  readonly #set: (change: Partial<DocumentState>) => void;
  readonly #stops: readonly (() => void)[];
  /** Typed and not sent yet. */
  #typed: Uint8Array[] = [];
  /** Something was not taken: what the server lacks is sent when it is opened again. */
  #lost = false;
  #sendTimer: ReturnType<typeof setTimeout> | undefined;
  #cursorTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param self how the visitor's cursor is shown to others */
  constructor(client: Client, thread: string, self: { readonly name: string; readonly color: string }) {
    this.#client = client;
    this.#thread = thread;
    this.text = this.doc.getText(TEXT);
    const store = createStore<DocumentState>(
      { loaded: false, writable: false, unsaved: false, error: undefined },
      (error) => {
        throw error;
      },
    );
    this.state = store;
    this.#set = (change) => store.set({ ...store.getSnapshot(), ...change });
    for (const update of this.#pending()) this.#apply(update);
    this.#look();
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE) this.#write(update);
    });
    this.awareness.setLocalStateField('user', {
      name: self.name,
      color: self.color,
      colorLight: `color-mix(in srgb, ${self.color} 25%, transparent)`,
    });
    this.awareness.on('update', (_: unknown, origin: unknown) => {
      if (origin !== REMOTE) this.#pointLater();
    });
    this.awareness.on('change', ({ added }: { readonly added: readonly number[] }, origin: unknown) => {
      // A newcomer has not heard where the others are.
      if (origin === REMOTE && added.length > 0) this.#pointLater();
    });
    const channel = client.channel<{ doc_update: Told }>(`doc:${thread}`);
    const cursors = client.channel<{ doc_awareness: Told }>(`cursors:${thread}`);
    this.#stops = [
      channel.on('doc_update', ({ update }) => this.#apply(update)),
      channel.onGap(() => this.open()),
      cursors.on('doc_awareness', ({ update }) =>
        applyAwarenessUpdate(this.awareness, fromBase64(update), REMOTE),
      ),
      client.pending.subscribe(() => this.#look()),
      whenLive(client, channel, () => void this.open()),
    ];
  }

  /** Reads everything anew; an error stands in the state. */
  async open(): Promise<void> {
    try {
      const { state, vector, writable } = await this.#command<DocOpened>('doc_open', {
        vector: toBase64(Y.encodeStateVector(this.doc)),
      });
      // Whatever was heard or typed meanwhile stays: updates merge, in any order.
      this.#apply(state);
      this.#set({ loaded: true, writable, error: undefined });
      if (this.#lost) {
        this.#lost = false;
        this.#write(Y.encodeStateAsUpdate(this.doc, fromBase64(vector)));
      }
      this.#pointLater();
    } catch (error) {
      if (!this.#closed) this.#set({ error });
    }
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    clearTimeout(this.#cursorTimer);
    this.#send();
    removeAwarenessStates(this.awareness, [this.doc.clientID], REMOTE);
    this.#point();
    this.awareness.destroy();
    this.doc.destroy();
  }

  /** Updates that the server has not taken, also those of an earlier life of the page. */
  #pending(): readonly string[] {
    return this.#client.pending.getSnapshot().entries.flatMap(({ message }) => {
      if (message.type !== 'command' || message.name !== 'doc_update') return [];
      const { thread_id, update } = message.data as Told;
      return thread_id === this.#thread ? [update] : [];
    });
  }

  #look(): void {
    this.#set({ unsaved: this.#lost || this.#typed.length > 0 || this.#pending().length > 0 });
  }

  #apply(update: string): void {
    Y.applyUpdate(this.doc, fromBase64(update), REMOTE);
  }

  #write(update: Uint8Array): void {
    this.#typed.push(update);
    this.#look();
    const live = this.#client.status.getSnapshot().state === 'connected';
    this.#sendTimer ??= setTimeout(() => this.#send(), live ? PAUSE : OFFLINE_PAUSE);
  }

  #send(): void {
    clearTimeout(this.#sendTimer);
    this.#sendTimer = undefined;
    if (this.#typed.length === 0) return;
    const update = toBase64(Y.mergeUpdates(this.#typed));
    this.#typed = [];
    this.#client.command('doc_update', { thread_id: this.#thread, update }).then(
      () => this.#set({ error: undefined }),
      (error: unknown) => {
        if (this.#closed) return;
        this.#lost = true;
        this.#set({ error });
        this.#look();
      },
    );
    this.#look();
  }

  #pointLater(): void {
    if (this.#closed) return;
    this.#cursorTimer ??= setTimeout(() => this.#point(), CURSOR_PAUSE);
  }

  #point(): void {
    this.#cursorTimer = undefined;
    const update = toBase64(encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
    // Where somebody's cursor is, is old by the time that there is a connection again.
    this.#command('doc_awareness', { update }).catch(() => {});
  }

  #command<Result>(name: string, data: object): Promise<Result> {
    return this.#client.command<Result>(name, { thread_id: this.#thread, ...data }, { offline: false });
  }
}
