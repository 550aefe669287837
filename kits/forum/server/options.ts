/**
 * What can be set of the forum, and the environment variables it is read from. README.md lists them.
 *
 * @module
 */
import type { IceServer } from '../events.ts';
import { readIceServers } from './calls/ice-servers.ts';
import { LONGEST_POST } from './limits.ts';

/** Options of the forum kit. */
export interface ForumOptions {
  /** Characters of a post, 10000 at most. `FORUM_MAX_POST`. @default 4000 */
  readonly maxPost: number;
  /** How long its writer may change a post, milliseconds. `FORUM_EDIT_WINDOW`. @default 3600000 (1 hour) */
  readonly editWindow: number;
  /** Posts that one user may write within a minute. `FORUM_POSTS_PER_MINUTE`. @default 10 */
  readonly postsPerMinute: number;
  /** Who has written fewer posts than this is new. `FORUM_NEW_USER_POSTS`. @default 3 */
  readonly newUserPosts: number;
  /** A post of a new user with more links than this waits for a moderator; added later, they are refused. `FORUM_NEW_USER_LINKS`. @default 1 */
  readonly newUserLinks: number;
  /** Words beside those of the list, for which a post is refused. `FORUM_REFUSE_WORDS`. @default none */
  readonly refuseWords: readonly string[];
  /** Likewise, for which a post waits for a moderator. `FORUM_HOLD_WORDS`. @default none */
  readonly holdWords: readonly string[];
  /** Milliseconds between two questions to a game server. `FORUM_SERVER_INTERVAL`. @default 15000 */
  readonly serverInterval: number;
  /** Milliseconds within which a game server answers. `FORUM_SERVER_TIMEOUT`. @default 2000 */
  readonly serverTimeout: number;
  /** IPv4 addresses and ranges that may be asked though they are not of the public internet. `FORUM_SERVER_ALLOW`. @default none */
  readonly serverAllow: readonly string[];
  /** Bytes of one file. `FORUM_FILE_BYTES`. @default 10485760 (10 MiB) */
  readonly fileBytes: number;
  /** Files of one thread. `FORUM_FILES_PER_THREAD`. @default 500 */
  readonly filesPerThread: number;
  /** Files that one user may send within an hour. `FORUM_FILES_PER_HOUR`. @default 60 */
  readonly filesPerHour: number;
  /** Media types of files that are taken; `image/*` is all images. `FORUM_FILE_TYPES`, between commas. @default pictures, films, sounds, text, PDF and archives */
  readonly fileTypes: readonly string[];
  /** Bytes of a thread's document. `FORUM_DOCUMENT_BYTES`. @default 524288 (512 KiB) */
  readonly documentBytes: number;
  /** Milliseconds of editing after which a version is kept. `FORUM_DOCUMENT_VERSION_INTERVAL`. @default 600000 (10 minutes) */
  readonly documentVersionInterval: number;
  /** Versions of a document that are kept. `FORUM_DOCUMENT_VERSIONS`. @default 50 */
  readonly documentVersions: number;
  /** Users in one call. `FORUM_CALL_SIZE`. @default 6 */
  readonly callSize: number;
  /** STUN and TURN servers, as `RTCPeerConnection` takes them. `FORUM_ICE_SERVERS`, JSON. @default none: calls work within one network */
  readonly iceServers: readonly IceServer[];
  /** What TURN servers know users by (`static-auth-secret` of coturn). `FORUM_TURN_SECRET`. @default none */
  readonly turnSecret?: string;
  /** Milliseconds for which a credential for TURN is good. `FORUM_TURN_LIFETIME`. @default 43200000 (12 hours) */
  readonly turnLifetime: number;
}

const MINUTE = 60_000;

const SHORTEST_SERVER_INTERVAL = 1000;

const DEFAULTS: ForumOptions = {
  maxPost: 4000,
  editWindow: 60 * MINUTE,
  postsPerMinute: 10,
  newUserPosts: 3,
  newUserLinks: 1,
  refuseWords: [],
  holdWords: [],
  serverInterval: 15_000,
  serverTimeout: 2000,
  serverAllow: [],
  fileBytes: 10 * 1024 * 1024,
  filesPerThread: 500,
  filesPerHour: 60,
  fileTypes: [
    'image/*',
    'video/*',
    'audio/*',
    'text/plain',
    'application/pdf',
    'application/zip',
    'application/gzip',
    'application/x-7z-compressed',
  ],
  documentBytes: 512 * 1024,
  documentVersionInterval: 10 * MINUTE,
  documentVersions: 50,
  callSize: 6,
  iceServers: [],
  turnLifetime: 12 * 60 * MINUTE,
};

/** Fills in the defaults. @throws Error that says what is wrong. */
export function forumOptions(given: Partial<ForumOptions> = {}): ForumOptions {
  const options = { ...DEFAULTS, ...given };
  if (options.maxPost < 1 || options.maxPost > LONGEST_POST)
    throw new Error(`FORUM_MAX_POST must be from 1 to ${LONGEST_POST} characters.`);
  if (options.serverInterval < SHORTEST_SERVER_INTERVAL)
    throw new Error(`FORUM_SERVER_INTERVAL must be ${SHORTEST_SERVER_INTERVAL} ms or more.`);
  return options;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the options from environment variables. @throws Error that names the variable that cannot be read. */
export function optionsFrom(env: Environment): Partial<ForumOptions> {
  return defined({
    maxPost: wholeNumber(env, 'FORUM_MAX_POST'),
    editWindow: wholeNumber(env, 'FORUM_EDIT_WINDOW'),
    postsPerMinute: wholeNumber(env, 'FORUM_POSTS_PER_MINUTE'),
    newUserPosts: wholeNumber(env, 'FORUM_NEW_USER_POSTS'),
    newUserLinks: wholeNumber(env, 'FORUM_NEW_USER_LINKS'),
    refuseWords: list(env, 'FORUM_REFUSE_WORDS'),
    holdWords: list(env, 'FORUM_HOLD_WORDS'),
    serverInterval: wholeNumber(env, 'FORUM_SERVER_INTERVAL'),
    serverTimeout: wholeNumber(env, 'FORUM_SERVER_TIMEOUT'),
    serverAllow: list(env, 'FORUM_SERVER_ALLOW'),
    fileBytes: wholeNumber(env, 'FORUM_FILE_BYTES'),
    filesPerThread: wholeNumber(env, 'FORUM_FILES_PER_THREAD'),
    filesPerHour: wholeNumber(env, 'FORUM_FILES_PER_HOUR'),
    fileTypes: list(env, 'FORUM_FILE_TYPES'),
    documentBytes: wholeNumber(env, 'FORUM_DOCUMENT_BYTES'),
    documentVersionInterval: wholeNumber(env, 'FORUM_DOCUMENT_VERSION_INTERVAL'),
    documentVersions: wholeNumber(env, 'FORUM_DOCUMENT_VERSIONS'),
    callSize: wholeNumber(env, 'FORUM_CALL_SIZE'),
    iceServers: env.FORUM_ICE_SERVERS ? readIceServers(env.FORUM_ICE_SERVERS) : undefined,
    turnSecret: env.FORUM_TURN_SECRET || undefined,
    turnLifetime: wholeNumber(env, 'FORUM_TURN_LIFETIME'),
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}

/** Reads what stands between commas. */
function list(env: Environment, name: string): readonly string[] | undefined {
  const entries = (env[name] ?? '').split(',').map((entry) => entry.trim());
  return entries.some(Boolean) ? entries.filter(Boolean) : undefined;
}

function wholeNumber(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${name} must be a whole number, and is "${text}".`);
  return Number(text);
}
