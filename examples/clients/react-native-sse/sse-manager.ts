import EventSource from 'react-native-sse';
import type { SSEManagerOptions } from './sse-manager-options.ts';

/** The first wait before it comes back is at most this long, milliseconds; it doubles. */
const BASE_DELAY = 500;

/** After so many attempts the wait grows no more, whatever the longest is. */
const MAX_DOUBLINGS = 10;

/** `react-native-sse` keeps all that a stream has ever said: a new one is begun after so many characters. */
const MAX_STREAM = 1_000_000;

const HTTP_TOO_MANY_REQUESTS = 429;

interface Welcome {
  readonly channels: readonly {
    readonly channel: string;
    readonly recovered?: boolean;
    readonly error?: { readonly code: string };
  }[];
}

interface Farewell {
  readonly reason: string;
  readonly reconnect: boolean;
  readonly retryAfter?: number;
}

type Source = EventSource<'welcome' | 'disconnect'>;

/** The events of some channels, each handled once and in order, through cuts, restarts of the server and of the app. */
export class SSEManager {
  private eventSource: Source | null = null;
  private readonly options: SSEManagerOptions;
  private url = '';
  private cursor: string | null = null;
  private attempt = 0;
  private heard = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SSEManagerOptions) {
    this.options = options;
  }

  /** @param url `https://…/events?channels=user:ayse,room:general` */
  async connect(url: string): Promise<void> {
    this.url = url;
    this.cursor = (await this.options.cursor?.load()) ?? null;
    this.reconnect();
  }

  /** At once: for when the network is back (NetInfo), or the app in the foreground (AppState). */
  reconnect(): void {
    this.close();
    if (!this.url) return;
    const { getAuthToken } = this.options;
    const headers = {
      // The package reads it at every attempt.
      get Authorization() {
        return `Bearer ${getAuthToken()}`;
      },
    };
    const source: Source = new EventSource(this.address(), {
      headers,
      timeoutBeforeConnection: 0,
      lineEndingCharacter: '\n',
      // When a stream ends cleanly the package tells nobody, and begins a new one after this long.
      pollingInterval: BASE_DELAY + Math.random() * BASE_DELAY,
    });
    this.eventSource = source;
    this.watch();

    source.addEventListener('welcome', ({ data, lastEventId }) => {
      if (source !== this.eventSource) return;
      this.attempt = 0;
      const { channels } = JSON.parse(data ?? '') as Welcome;
      for (const { channel, recovered, error } of channels) {
        if (error) this.options.onRefused(channel, error.code);
        else if (!recovered) this.options.onGap(channel);
      }
      this.arrived(lastEventId, data);
    });

    source.addEventListener('message', ({ data, lastEventId }) => {
      if (source !== this.eventSource) return;
      this.handleMessage(JSON.parse(data ?? ''));
      // After the app: a crash in between repeats an event and loses none.
      this.arrived(lastEventId, data);
    });

    source.addEventListener('disconnect', ({ data }) => {
      if (source !== this.eventSource) return;
      // Its id is no cursor when the server says not to come back.
      const { reason, reconnect, retryAfter } = JSON.parse(data ?? '') as Farewell;
      if (reconnect) this.comeBack(retryAfter);
      else this.stop(reason);
    });

    source.addEventListener('error', (event) => {
      if (source !== this.eventSource) return;
      const status = 'xhrStatus' in event ? event.xhrStatus : 0;
      const refused = status >= 400 && status < 500 && status !== HTTP_TOO_MANY_REQUESTS;
      if (refused) this.stop(`HTTP ${status}`);
      else this.comeBack();
    });
  }

  disconnect(): void {
    this.url = '';
    this.close();
  }

  private handleMessage({ type, payload }: { readonly type: string; readonly payload: unknown }): void {
    switch (type) {
      case 'notification':
        this.options.showNotification(payload);
        break;
      case 'update':
        this.options.updateUI(payload);
        break;
      default: // what a newer server says
    }
  }

  private address(): string {
    if (this.cursor === null) return this.url;
    return `${this.url}&lastEventId=${encodeURIComponent(this.cursor)}`;
  }

  private arrived(cursor: string | null, data: string | null): void {
    if (cursor !== null && cursor !== this.cursor) {
      this.cursor = cursor;
      // An older cursor only repeats events.
      this.options.cursor?.save(cursor).catch(() => {});
    }
    this.heard += data?.length ?? 0;
    if (this.heard > MAX_STREAM) this.reconnect();
    else this.watch();
  }

  private watch(): void {
    const { silence = 300_000 } = this.options;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.reconnect(), silence);
  }

  private comeBack(retryAfter?: number): void {
    this.close();
    const { maxDelay = 30_000 } = this.options;
    const ceiling = Math.min(maxDelay, BASE_DELAY * 2 ** Math.min(this.attempt, MAX_DOUBLINGS));
    this.attempt += 1;
    // Full jitter: who was cut off together does not come back together.
    this.timer = setTimeout(() => this.reconnect(), retryAfter ?? Math.random() * ceiling);
  }

  private stop(why: string): void {
    this.disconnect();
    this.options.onStopped(why);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.heard = 0;
    const source = this.eventSource;
    this.eventSource = null;
    source?.close();
    // The package sets its own timer after it has told of an error.
    setTimeout(() => source?.close());
  }
}
