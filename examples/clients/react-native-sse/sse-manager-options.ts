/** Where the cursor is kept, so that the next start of the app resumes; two lines with AsyncStorage. */
export interface CursorStore {
  load(): Promise<string | null>;
  save(cursor: string): Promise<void>;
}

/** What an app gives its `SSEManager`. */
export interface SSEManagerOptions {
  /** Asked for every connection, so that an expired token is replaced. It goes in a header, since addresses are logged. */
  getAuthToken(): string;
  showNotification(payload: unknown): void;
  updateUI(payload: unknown): void;
  /** A channel is new here, or what was missed is too long ago: load the present state. */
  onGap(channel: string): void;
  /** A channel is not heard, and why: the code of the error. */
  onRefused(channel: string, code: string): void;
  /** It does not come back: the token is refused, or this app is too old. Tell the user. */
  onStopped(why: string): void;
  readonly cursor?: CursorStore;
  /** The longest wait before it comes back, milliseconds. @default 30000 */
  readonly maxDelay?: number;
  /**
   * After so long without an event it begins a new stream, milliseconds. The package hides the heartbeat of the server, so
   * a connection that died without a word looks like one on which nothing happens. @default 300000
   */
  readonly silence?: number;
}
