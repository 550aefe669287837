/**
 * Connections to Redis or Valkey.
 *
 * A connection that breaks is made again by itself. What is asked meanwhile fails at once instead of waiting: who asks
 * decides what to do about it.
 *
 * @module
 */
import { createClient } from 'redis';

export interface RedisOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url: string;
  /** The connection broke; told once until it is there again. */
  readonly onError: (error: unknown) => void;
}

/** A connection; `duplicate` of node-redis is not for these, {@link openRedis} makes another one. */
export type RedisClient = ReturnType<typeof connectionTo>;

/** How long a connection may take to be made, milliseconds. */
const CONNECT_TIMEOUT = 5000;

/** The waits before a connection is made again, milliseconds: twice as long each time. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;

/** How often a connection is asked whether it lives, and how long it may owe an answer, milliseconds. */
const PROBE_INTERVAL = 2000;
const PROBE_TIMEOUT = 5000;

/**
 * Opens a connection. `close()` of the result ends it once what was asked is answered, `destroy()` at once.
 *
 * @throws Error that says why Redis cannot be reached.
 */
export async function openRedis(options: RedisOptions): Promise<RedisClient> {
  const state = { opened: false };
  const client = connectionTo(options, state);
  let told = false;
  client.on('ready', () => {
    told = false;
  });
  client.on('error', (error) => {
    if (!state.opened || told) return;
    told = true;
    options.onError(error);
  });
  try {
    await client.connect();
  } catch (error) {
    throw new Error(`Redis cannot be reached at ${withoutPassword(options.url)}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  state.opened = true;
  probe(client, options.onError);
  return client;
}

function connectionTo({ url }: RedisOptions, state: { readonly opened: boolean }) {
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      // Who starts a server is told at once that Redis is not there; one that runs waits for it.
      reconnectStrategy: (retries, cause) =>
        state.opened ? Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** retries) : cause,
    },
  });
}

/**
 * Cuts a connection that owes an answer for long, and makes it again: of a machine that lost its power nobody hears that
 * it is gone.
 */
function probe(client: RedisClient, onError: (error: unknown) => void): void {
  let waiting = false;
  const timer = setInterval(async () => {
    if (!client.isOpen) return clearInterval(timer);
    if (!client.isReady || waiting) return;
    waiting = true;
    const late = setTimeout(() => {
      if (!client.isOpen) return;
      client.destroy();
      client.connect().catch(onError);
    }, PROBE_TIMEOUT).unref();
    // A connection that breaks says so itself.
    await client.ping().catch(() => {});
    clearTimeout(late);
    waiting = false;
  }, PROBE_INTERVAL).unref();
}

function withoutPassword(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** node-redis wraps the reason that its strategy gave. */
function reasonOf(error: unknown): string {
  const { originalError = error } = error as { readonly originalError?: unknown };
  if (originalError instanceof AggregateError) return originalError.errors.map(reasonOf).join(', ');
  return originalError instanceof Error ? originalError.message : String(originalError);
}
