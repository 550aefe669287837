/**
 * What `notify` was given, checked before anything is written.
 *
 * @module
 */
import { parseChannelName, TidingsError } from '@tidings/protocol';
import { assertSchema } from '../../core/schema.ts';
import { LANGUAGES, type Language } from '../contacts/index.ts';
import {
  type Level,
  MAX_BODY,
  MAX_TITLE,
  type NewNotification,
  NewNotificationSchema,
  type Text,
} from './notification.ts';
import type { Reader } from './template.ts';
import type { Templates } from './templates.ts';

/** Users told by one call at most. */
const MAX_USERS = 100_000;

/** Bytes of `data` as JSON. */
const MAX_DATA = 8192;

/** Objects and lists in one another. */
const MAX_DEPTH = 16;

const MAX_USER = 128;

/** A notification that may be written. */
export interface Draft {
  readonly key: string | null;
  readonly level: Level;
  readonly category: string;
  readonly url: string | null;
  /** JSON text. */
  readonly data: string;
  readonly expiresAt: number | null;
  /** The text for a reader; made once for all that read alike. @throws TidingsError `invalid_request`. */
  textFor(reader: Reader): Text;
}

/** The channel on which a user is told. */
export function channelOf(user: string): string {
  return `user:${user}`;
}

/** Each user once. @throws TidingsError `invalid_request`. */
export function checkUsers(users: readonly string[]): readonly string[] {
  if (users.length > MAX_USERS)
    throw new TidingsError('invalid_request', `At most ${MAX_USERS} users are told by one call.`);
  const each = [...new Set(users)];
  const bad = each.findIndex(
    (user) => typeof user !== 'string' || user.length > MAX_USER || !parseChannelName(channelOf(user)),
  );
  if (bad >= 0)
    throw new TidingsError('invalid_request', `User ${bad} is none whom a channel "user:ID" could tell.`);
  return each;
}

/**
 * Checks a notification. @param now milliseconds since 1970-01-01 UTC. @throws TidingsError `invalid_request`,
 * `message_too_large`, `message_too_deep`.
 */
export function createDraft(given: NewNotification, templates: Templates, now: number): Draft {
  assertSchema(NewNotificationSchema, given, 'invalid_request');
  const { key = null, url = null, data = {}, expiresAt = null } = given;
  if (url !== null && !isOpenable(url)) throw refusal('/url', 'must be a path of the app or an https URL');
  if (expiresAt !== null && expiresAt <= now) throw refusal('/expiresAt', 'is in the past');
  const template = given.template === undefined ? undefined : templates.get(given.template);
  if ((template === undefined) === (given.texts === undefined))
    throw new TidingsError('invalid_request', 'A notification has either a template or texts.');
  if (given.texts && given.values) throw refusal('/values', 'go with a template');
  const { values = {}, texts = {} } = given;
  const draft: Draft = {
    key,
    url,
    expiresAt,
    level: given.level ?? template?.level ?? 'info',
    category: given.category ?? template?.category ?? 'general',
    data: toJson(data),
    textFor: remember((reader) =>
      checkText(template ? template.render(values, reader) : textIn(texts, reader.language)),
    ),
  };
  // Whoever reads it, it can be written.
  for (const language of LANGUAGES) draft.textFor({ language, timezone: 'UTC' });
  return draft;
}

function textIn(texts: { readonly [L in Language]?: Text | undefined }, language: Language): Text {
  return (texts[language] ?? texts.en ?? Object.values(texts).find((text) => text !== undefined)) as Text;
}

function checkText(text: Text): Text {
  if (text.title.length > MAX_TITLE || text.body.length > MAX_BODY)
    throw new TidingsError(
      'invalid_request',
      `The text is too long: a title has ${MAX_TITLE} characters at most, a body ${MAX_BODY}.`,
    );
  if (text.title.trim() === '') throw new TidingsError('invalid_request', 'The title is empty.');
  return text;
}

function remember(render: (reader: Reader) => Text): (reader: Reader) => Text {
  const made = new Map<string, Text>();
  return (reader) => {
    const name = `${reader.language} ${reader.timezone}`;
    const text = made.get(name) ?? render(reader);
    made.set(name, text);
    return text;
  };
}

/** A path of the app cannot lead to another host, and nothing but https leads out of it. */
function isOpenable(url: string): boolean {
  if (/[\p{C}\s\\]/u.test(url)) return false;
  if (url.startsWith('/')) return !url.startsWith('//');
  return URL.canParse(url) && new URL(url).protocol === 'https:';
}

function toJson(data: unknown): string {
  if (isDeeperThan(data, MAX_DEPTH))
    throw new TidingsError('message_too_deep', 'The data is nested too deeply.');
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (error) {
    throw new TidingsError('invalid_request', 'The data is no JSON value.', { cause: error });
  }
  if (json === undefined) throw new TidingsError('invalid_request', 'The data is no JSON value.');
  if (Buffer.byteLength(json) > MAX_DATA)
    throw new TidingsError('message_too_large', `The data has more than ${MAX_DATA} bytes.`);
  return json;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

function refusal(path: string, message: string): TidingsError {
  return new TidingsError('invalid_request', `${path} ${message}.`, { details: [{ path, message }] });
}
