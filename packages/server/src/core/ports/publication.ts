/** An event to publish, as a caller has it. */
export interface Publication {
  readonly channel: string;
  readonly event: string;
  /** Any JSON value. @default null */
  readonly data?: unknown;
  /** A repeat with the same key within the namespace's window has one effect and the same answer. */
  readonly key?: string | undefined;
  /** The key under which a conflating namespace keeps only the newest. @default the event's name */
  readonly conflate?: string | undefined;
  /** The user who publishes; absent when the server does. */
  readonly user?: string | undefined;
}
