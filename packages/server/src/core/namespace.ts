/**
 * Namespaces: what a channel's first part decides about it.
 *
 * @module
 */
import { NAMESPACE_PATTERN } from '@tidings/protocol';
import type { TSchema } from 'typebox';
import type { Identity, Right } from './identity.ts';
import type { OverflowPolicy } from './overflow-queue.ts';
import type { HistoryPolicy } from './ports/broker.ts';

/** What a rights function is asked. */
export interface RightsRequest {
  readonly right: Right;
  readonly channel: string;
  /** The channel's name after the colon. */
  readonly rest: string;
  readonly identity: Identity;
}

/**
 * Who has a right without a token's grant.
 *
 * - `anyone`: every session, anonymous ones too
 * - `users`: every authenticated session
 * - `owner`: the user whose id is the channel's rest (`user:7` for user 7)
 * - `granted`: only by a grant in the token
 * - `nobody`: no session, whatever its token says; the server alone
 * - a function: asked each time; a grant in the token also suffices
 */
export type Rule =
  | 'anyone'
  | 'users'
  | 'owner'
  | 'granted'
  | 'nobody'
  | ((request: RightsRequest) => boolean | Promise<boolean>);

/** A namespace as a kit or a configuration declares it. */
export interface NamespaceOptions {
  /** How much past a channel keeps. */
  readonly history?: {
    /** Events; 0 keeps none. @default 100 */
    readonly size?: number;
    /** Milliseconds. @default 86400000 (24 hours) */
    readonly ttl?: number;
  };
  /** Events are on disk before their publish is acknowledged, and outlive the process. @default false */
  readonly durable?: boolean;
  /** How long an idempotency key is remembered, milliseconds. @default 86400000 when durable, else 300000 */
  readonly keyWindow?: number;
  /** Who follows a channel is known, and told on `presence:CHANNEL`. @default false */
  readonly presence?: boolean;
  /** Typing marks are taken, and told on `typing:CHANNEL`. @default false */
  readonly typing?: boolean;
  /** What happens to a reader that is too slow. @default 'disconnect' */
  readonly overflow?: OverflowPolicy;
  /** Who may what. @default subscribe and publish `granted`; history, presence and typing follow subscribe */
  readonly rights?: { readonly [R in Right]?: Rule };
  /** The events of this namespace with the schema of their data. When given, no other event is taken. */
  readonly events?: Readonly<Record<string, TSchema>>;
}

/** A namespace with every default filled in. */
export interface Namespace {
  readonly name: string;
  readonly history: HistoryPolicy;
  readonly presence: boolean;
  readonly typing: boolean;
  readonly overflow: OverflowPolicy;
  readonly rights: Readonly<Record<Right, Rule>>;
  readonly events: Readonly<Record<string, TSchema>> | undefined;
}

const DAY = 24 * 60 * 60 * 1000;
const DURABLE_KEY_WINDOW = DAY;
const MEMORY_KEY_WINDOW = 5 * 60 * 1000;

/**
 * Fills in the defaults and refuses what would void a promise.
 *
 * @throws Error that names every fault.
 */
export function resolveNamespace(name: string, options: NamespaceOptions): Namespace {
  const durable = options.durable ?? false;
  const subscribe = options.rights?.subscribe ?? 'granted';
  const namespace: Namespace = {
    name,
    history: {
      durable,
      size: options.history?.size ?? 100,
      ttl: options.history?.ttl ?? DAY,
      keyWindow: options.keyWindow ?? (durable ? DURABLE_KEY_WINDOW : MEMORY_KEY_WINDOW),
    },
    presence: options.presence ?? false,
    typing: options.typing ?? false,
    overflow: options.overflow ?? 'disconnect',
    rights: {
      subscribe,
      publish: options.rights?.publish ?? 'granted',
      history: options.rights?.history ?? subscribe,
      presence: options.rights?.presence ?? subscribe,
      typing: options.rights?.typing ?? subscribe,
    },
    events: options.events,
  };
  const faults = namespaceFaults(namespace);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return namespace;
}

function namespaceFaults({ name, history, overflow }: Namespace): string[] {
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`namespace "${name}": ${text}`);
  if (!new RegExp(NAMESPACE_PATTERN).test(name)) fault(`the name does not match ${NAMESPACE_PATTERN}`);
  if (!Number.isInteger(history.size) || history.size < 0 || history.size > 100_000) {
    fault('history.size must be a whole number from 0 to 100000');
  }
  if (!(history.ttl > 0)) fault('history.ttl must be more than 0 ms');
  if (!(history.keyWindow >= 0)) fault('keyWindow must be 0 ms or more');
  if (history.durable && history.size === 0) {
    fault(
      'durable with history.size 0 would acknowledge events that nobody can resume from; keep history or drop durable',
    );
  }
  if (history.size === 0 && overflow === 'disconnect') {
    fault(
      'overflow "disconnect" lets a slow reader resume from history, but history.size is 0, so its events would be lost; keep history or choose "drop-oldest" or "conflate"',
    );
  }
  return faults;
}
