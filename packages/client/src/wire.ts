/**
 * The messages of the native protocol, and the reading of what a server sends. A server may be of another version, or no
 * Tidings server at all: nothing is believed before it was looked at.
 *
 * @module
 */
import type { EventMessage } from '@tidings/protocol';
import { ClientError } from './client-error.ts';

/** The version of the protocol that this client speaks. */
export const PROTOCOL = 1;

/** A message to the server, without its `id`. */
export interface ClientMessage {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One channel in the answer to `subscribe`. */
export interface ChannelAnswer {
  readonly channel: string;
  readonly position?: string;
  readonly recovered?: boolean;
  readonly events?: readonly EventMessage[];
  readonly overflow?: string;
  readonly error?: unknown;
}

/** What a server sends. */
export type ServerMessage =
  | { readonly type: 'welcome'; readonly welcome: WelcomeMessage }
  | { readonly type: 'event'; readonly event: EventMessage }
  | {
      readonly type: 'reply';
      readonly id: number | undefined;
      readonly ok: boolean;
      readonly data: unknown;
      readonly error: unknown;
      readonly channels: readonly ChannelAnswer[] | undefined;
    }
  | { readonly type: 'pong' }
  | { readonly type: 'direct'; readonly event: string; readonly data: unknown }
  | { readonly type: 'unsubscribed'; readonly channel: string; readonly error: unknown }
  | {
      readonly type: 'disconnect';
      readonly code: number | undefined;
      readonly reason: string;
      readonly reconnect: boolean;
      readonly retryAfter: number | undefined;
    };

/** What the server says of a session that begins. */
export interface WelcomeMessage {
  readonly protocol: number;
  readonly session: string | undefined;
  readonly user: string | undefined;
  /** When the token ends, and the server's own time, milliseconds since 1970-01-01 UTC. */
  readonly expiresAt: number | undefined;
  readonly at: number | undefined;
  /** Milliseconds. */
  readonly heartbeat: number;
  /** Bytes that a message may have; 0 when unknown. */
  readonly maxMessage: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Before a server has said otherwise, milliseconds. */
export const DEFAULT_HEARTBEAT = 25_000;

/** @throws ClientError `malformed_message`. */
export function parseObject(text: unknown): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text as string);
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw malformed('no object');
  return value as Fields;
}

/**
 * Reads a message; `undefined` for a type that this version does not know.
 *
 * @throws ClientError `malformed_message`.
 */
export function readMessage(text: unknown): ServerMessage | undefined {
  const fields = parseObject(text);
  switch (fields.type) {
    case 'event':
      return { type: 'event', event: readEvent(fields) };
    case 'reply':
      return {
        type: 'reply',
        id: numberOr(fields.id),
        ok: fields.ok === true,
        data: fields.data,
        error: fields.error,
        channels: Array.isArray(fields.channels) ? fields.channels.map(readChannel) : undefined,
      };
    case 'welcome':
      return { type: 'welcome', welcome: readWelcome(fields) };
    case 'pong':
      return { type: 'pong' };
    case 'direct':
      return { type: 'direct', event: textOf(fields, 'event'), data: fields.data };
    case 'unsubscribed':
      return { type: 'unsubscribed', channel: textOf(fields, 'channel'), error: fields.error };
    case 'disconnect':
      return readDisconnect(fields);
    default:
      if (typeof fields.type !== 'string') throw malformed('no type');
      return undefined;
  }
}

/** @throws ClientError `malformed_message`. */
export function readEvent(fields: Fields): EventMessage {
  const { offset, at } = fields;
  if (!Number.isSafeInteger(offset) || typeof at !== 'number') throw malformed('an event without its place');
  for (const name of ['channel', 'event', 'epoch', 'id']) textOf(fields, name);
  return fields as unknown as EventMessage;
}

/** Reads one channel of an answer to `subscribe`, also as SSE has it. @throws ClientError `malformed_message`. */
export function readChannel(answer: unknown): ChannelAnswer {
  if (typeof answer !== 'object' || answer === null) throw malformed('no channel');
  const fields = answer as Fields;
  textOf(fields, 'channel');
  if (fields.error === undefined) textOf(fields, 'position');
  if (Array.isArray(fields.events)) fields.events.forEach(readEvent);
  return fields as unknown as ChannelAnswer;
}

export function readDisconnect(fields: Fields): ServerMessage {
  return {
    type: 'disconnect',
    code: numberOr(fields.code),
    reason: typeof fields.reason === 'string' ? fields.reason : 'connection_lost',
    reconnect: fields.reconnect !== false,
    retryAfter: numberOr(fields.retryAfter),
  };
}

function readWelcome(fields: Fields): WelcomeMessage {
  const { limits } = fields as { readonly limits?: Fields };
  return {
    protocol: numberOr(fields.protocol) ?? 0,
    session: typeof fields.session === 'string' ? fields.session : undefined,
    user: typeof fields.user === 'string' ? fields.user : undefined,
    expiresAt: numberOr(fields.expiresAt),
    at: numberOr(fields.at),
    heartbeat: positiveOr(fields.heartbeat, DEFAULT_HEARTBEAT),
    maxMessage: positiveOr(limits?.message, 0),
  };
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw malformed(`no ${name}`);
  return value;
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function positiveOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : fallback;
}

function malformed(what: string, cause?: unknown): ClientError {
  return new ClientError('malformed_message', `The server sent what is no message: ${what}.`, { cause });
}
