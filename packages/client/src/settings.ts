import { ClientError } from './client-error.ts';
import { type Clock, systemClock } from './clock.ts';
import type { TransportKind } from './connection-status.ts';
import type { ClientOptions, TokenSource } from './options.ts';

/** The options with their defaults. */
export interface Settings {
  /** `http:` or `https:`, without a slash at its end. */
  readonly url: string;
  readonly token: string | TokenSource | undefined;
  readonly transports: readonly TransportKind[];
  readonly backoff: { readonly initial: number; readonly max: number; readonly maxAttempts: number };
  readonly batch: { readonly size: number; readonly interval: number };
  readonly outbox: { readonly maxSize: number; readonly maxAge: number; readonly maxAttempts: number };
  readonly timeout: number;
  readonly openTimeout: number;
  readonly tokenTimeout: number;
  readonly pingTimeout: number;
  readonly clock: Clock;
  readonly random: () => number;
}

const MAX_BATCH = 100;
const DAY = 86_400_000;

/** Fills in the defaults. @throws ClientError `invalid_request` for an option that cannot be. */
export function resolveSettings(options: ClientOptions): Settings {
  const { token, transports = ['websocket', 'sse'], backoff = {}, batch = {}, outbox = {} } = options;
  if (transports.length === 0) throw refused('transports must name at least one');
  const settings: Settings = {
    url: addressOf(options.url),
    token,
    transports,
    backoff: {
      initial: backoff.initial ?? 500,
      max: backoff.max ?? 30_000,
      maxAttempts: backoff.maxAttempts ?? Number.POSITIVE_INFINITY,
    },
    batch: { size: Math.min(batch.size ?? MAX_BATCH, MAX_BATCH), interval: batch.interval ?? 0 },
    outbox: {
      maxSize: outbox.maxSize ?? 1000,
      maxAge: outbox.maxAge ?? DAY,
      maxAttempts: outbox.maxAttempts ?? 10,
    },
    timeout: options.timeout ?? 30_000,
    openTimeout: options.openTimeout ?? 10_000,
    tokenTimeout: options.tokenTimeout ?? 15_000,
    pingTimeout: options.pingTimeout ?? 10_000,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  checkNumbers(settings);
  return settings;
}

/** The address of a server, as `http:` or `https:`, without a slash at its end. @throws ClientError `invalid_request`. */
export function addressOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused(`url "${text}" is none`);
  }
  const protocol = url.protocol.replace(/^ws/, 'http');
  if (protocol !== 'http:' && protocol !== 'https:') throw refused(`url "${text}" is not of http or ws`);
  return `${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function checkNumbers(group: object): void {
  for (const [name, value] of Object.entries(group)) {
    if (typeof value === 'number' && !(value >= 0)) throw refused(`${name} must be a number of at least 0`);
    if (value?.constructor === Object) checkNumbers(value);
  }
}

function refused(what: string): ClientError {
  return new ClientError('invalid_request', `createClient: ${what}.`);
}
