/**
 * A dialect translates between commands and events and one wire form, as text. It knows nothing of connections.
 *
 * Native JSON is one, each raw-WebSocket path of a kit is one. A dialect MUST be pure: the same event gives the same
 * text for every session, because it is encoded once and the bytes are shared.
 */
import type { Disconnect, ErrorBody, TidingsError } from '@tidings/protocol';
import type { OverflowPolicy } from '../overflow-queue.ts';
import type { ChannelEvent } from './event.ts';

/** What a client asked for. */
export interface Command {
  readonly name: string;
  readonly data: unknown;
  /** Chosen by the client; a command with an id is answered. */
  readonly id?: string | number | undefined;
  /** Idempotency key. */
  readonly key?: string | undefined;
  /** Whether the client waits for the answer. @default whether there is an id */
  readonly awaited?: boolean | undefined;
}

/** A message that could not be read as a command. */
interface Unreadable {
  readonly error: TidingsError;
  /** What the client would have been answered to, where that much could be read. */
  readonly id?: string | number | undefined;
}

/** What one message holds. */
export type Incoming = Command | Unreadable;

/** The answer to a command. */
export type Reply =
  | {
      readonly command: string;
      readonly id?: string | number | undefined;
      readonly ok: true;
      readonly data: unknown;
    }
  | {
      readonly command: string;
      readonly id?: string | number | undefined;
      readonly ok: false;
      readonly error: ErrorBody;
      readonly data?: unknown;
    };

/** One channel in the answer to `subscribe`: its data is `{channels: SubscribedTo[]}`. */
export type SubscribedTo =
  | {
      readonly channel: string;
      readonly position: string;
      readonly recovered: boolean;
      readonly events: readonly ChannelEvent[];
      /** Where the channel stands after its events, when `position` is the place before them. */
      readonly head?: string;
      readonly overflow?: OverflowPolicy;
    }
  | { readonly channel: string; readonly error: ErrorBody };

/** What a server says of the session itself, or to one session alone. */
export type Notice =
  | {
      readonly type: 'welcome';
      readonly session: string;
      readonly user: string | undefined;
      readonly expiresAt: number | undefined;
      /** Now, milliseconds since 1970-01-01 UTC. */
      readonly at: number;
      /** Where the session begins in the log of all channels. */
      readonly cursor: string;
      /** Milliseconds between the server's heartbeats. */
      readonly heartbeat: number;
      readonly limits: { readonly message: number; readonly channels: number };
    }
  | { readonly type: 'disconnect'; readonly disconnect: Disconnect }
  | { readonly type: 'unsubscribed'; readonly channel: string; readonly error: ErrorBody }
  | { readonly type: 'direct'; readonly event: string; readonly data: unknown };

export interface Dialect {
  readonly name: string;
  /** Reads one message; a batch gives several. MUST NOT throw: what cannot be read is `Unreadable`. */
  decode(text: string): readonly Incoming[];
  /** Writes an event; `undefined` when this dialect has no form for it. */
  encodeEvent(event: ChannelEvent): string | undefined;
  /** Writes an answer; `undefined` when this dialect does not answer that. */
  encodeReply(reply: Reply): string | undefined;
  /** Writes a notice; `undefined` when this dialect has no form for it. */
  encodeNotice(notice: Notice): string | undefined;
  /** How several messages make one, for WebSocket clients that ask for it by `?batch=1`. @default they are not joined */
  readonly batch?: BatchForm;
}

/** One message of several: what stands before the first, between two and after the last. */
export interface BatchForm {
  readonly before: string;
  readonly between: string;
  readonly after: string;
}
