/**
 * The options of the rooms kit, and the environment variables they come from.
 *
 * @module
 */

/** Asks the app who may join, by a signed request. */
export interface WebhookOptions {
  /** Where it is asked, `http:` or `https:`. */
  readonly url: string;
  /** What requests are signed with, 16 bytes at least: `whsec_` and base64 (Standard Webhooks), or any text. */
  readonly secret: string;
  /** How long one attempt may take, milliseconds. @default 3000 */
  readonly timeout?: number;
  /** Attempts before it is given up. @default 3 */
  readonly attempts?: number;
  /** How long an answer is remembered, milliseconds. @default 10000 */
  readonly cache?: number;
}

export interface RoomsOptions {
  /** Whoever joins a room that is not there opens it, public and under that id. @default true */
  readonly open?: boolean;
  /** Characters of a message, 10000 at most. @default 4000 */
  readonly maxMessage?: number;
  /** Rooms that one user may own. @default 100 */
  readonly maxRooms?: number;
  /** Events of a room that a client may resume from; older messages are read over HTTP. @default 1000 */
  readonly history?: number;
  /** How long ago a message may have been written that comes from an offline queue, milliseconds. @default 2592000000 (30 days) */
  readonly maxAge?: number;
  /** How long after a message its readers are told their unread counts, milliseconds; what comes meanwhile is told at once. @default 1000 */
  readonly unreadDelay?: number;
  /** Members of larger rooms are not told unread counts and changes on their own channels, only when they ask. @default 100 */
  readonly unreadMembers?: number;
  /** @default everyone may join public rooms, and private ones when invited */
  readonly joinWebhook?: WebhookOptions | undefined;
}

/** The options with their defaults. */
export type Settings = Required<Omit<RoomsOptions, 'joinWebhook'>> & {
  readonly joinWebhook: Required<WebhookOptions> | undefined;
};

const DAY = 24 * 60 * 60 * 1000;
const SHORTEST_SECRET = 16;
const SECRET_PREFIX = 'whsec_';

/** A message of so many characters fits into an event, however its characters are escaped. */
const LONGEST_MESSAGE = 10_000;

/** Fills in the defaults. @throws Error that says what is wrong. */
export function completeOptions(options: RoomsOptions): Settings {
  const settings: Settings = {
    open: options.open ?? true,
    maxMessage: options.maxMessage ?? 4000,
    maxRooms: options.maxRooms ?? 100,
    history: options.history ?? 1000,
    maxAge: options.maxAge ?? 30 * DAY,
    unreadDelay: options.unreadDelay ?? 1000,
    unreadMembers: options.unreadMembers ?? 100,
    joinWebhook: options.joinWebhook && {
      timeout: 3000,
      attempts: 3,
      cache: 10_000,
      ...defined(options.joinWebhook),
    },
  };
  if (settings.maxMessage < 1 || settings.maxMessage > LONGEST_MESSAGE)
    throw new Error(`ROOMS_MAX_MESSAGE must be from 1 to ${LONGEST_MESSAGE} characters`);
  const { joinWebhook } = settings;
  if (joinWebhook && !/^https?:$/.test(URL.parse(joinWebhook.url)?.protocol ?? ''))
    throw new Error('ROOMS_JOIN_WEBHOOK must be an http: or https: URL');
  if (joinWebhook && signingKey(joinWebhook.secret).length < SHORTEST_SECRET)
    throw new Error(
      `ROOMS_WEBHOOK_SECRET must have at least ${SHORTEST_SECRET} bytes: without a signature the app cannot know who asks`,
    );
  return settings;
}

/** The bytes of a webhook's secret. */
export function signingKey(secret: string): Buffer {
  return secret.startsWith(SECRET_PREFIX)
    ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
    : Buffer.from(secret);
}

/** Reads the options from the environment. @throws Error that names the variable. */
export function readOptions(env: Readonly<Record<string, string | undefined>>): RoomsOptions {
  const url = env.ROOMS_JOIN_WEBHOOK;
  return defined({
    open: flag(env, 'ROOMS_OPEN'),
    maxMessage: whole(env, 'ROOMS_MAX_MESSAGE'),
    maxRooms: whole(env, 'ROOMS_MAX_ROOMS'),
    history: whole(env, 'ROOMS_HISTORY'),
    maxAge: whole(env, 'ROOMS_MAX_AGE'),
    unreadDelay: whole(env, 'ROOMS_UNREAD_DELAY'),
    unreadMembers: whole(env, 'ROOMS_UNREAD_MEMBERS'),
    joinWebhook: url
      ? defined({
          url,
          secret: env.ROOMS_WEBHOOK_SECRET ?? '',
          timeout: whole(env, 'ROOMS_WEBHOOK_TIMEOUT'),
          attempts: whole(env, 'ROOMS_WEBHOOK_ATTEMPTS'),
          cache: whole(env, 'ROOMS_WEBHOOK_CACHE'),
        })
      : undefined,
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}

function whole(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}

function flag(env: Readonly<Record<string, string | undefined>>, name: string): boolean | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (text !== 'true' && text !== 'false') throw new Error(`${name} must be true or false, not "${text}"`);
  return text === 'true';
}
