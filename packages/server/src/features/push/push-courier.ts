/**
 * Brings notifications to all the devices of a user.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../core/ports/clock.ts';
import type { Contact, Language } from '../contacts/index.ts';
import type { Courier, CourierOptions, Letter, Outcome } from '../delivery/index.ts';
import type { Devices, Recipient } from './devices.ts';
import { type ClosePayload, MOST_BYTES, MOST_CLOSED, type ShowPayload, writePayload } from './payload.ts';
import type { PushAnswer, PushMessage, PushService, Urgency } from './push-service.ts';
import type { Attempt, Told } from './told.ts';

export interface PushCourierOptions {
  readonly devices: Pick<Devices, 'of' | 'forget'>;
  readonly service: Pick<PushService, 'send'>;
  readonly told: Pick<Told, 'begin' | 'record' | 'shownOn' | 'closed'>;
  readonly clock: Clock;
}

/** Devices that are told at once, and then written down together. */
const AT_ONCE = 50;

/** How often a device is tried with a notification that another device of the user has. */
const MOST_TRIES = 3;

/** How often a message is halved for a push service that takes less than others. */
const MOST_HALVINGS = 2;

const DAY = 86_400;

/** How long a notification without an end waits for a device that is off, seconds. */
const DEFAULT_TTL = 7 * DAY;

/** The longest that push services take, seconds. */
const LONGEST_TTL = 28 * DAY;

/** How soon a device is woken; what is not here is `normal`. */
const URGENCIES: ReadonlyMap<string, Urgency> = new Map([
  ['error', 'high'],
  ['warning', 'high'],
]);

/** The title of several notifications in one, where no plural is needed. */
const DIGEST_TITLES: Readonly<Record<Language, string>> = {
  en: 'New notifications',
  tr: 'Yeni bildirimler',
  ru: 'Новые уведомления',
  uk: 'Нові сповіщення',
};

/** Ids that a digest carries, for the service worker to take it away when all were read. */
const MOST_IDS = MOST_CLOSED;

/** Of a device that there was no time for. */
const OUT_OF_TIME: PushAnswer = { kind: 'later', detail: 'out of time' };

/** A message without a notification costs a page its permission there (WebKit's rule), so none is sent. */
const NEVER_SILENT = /\.push\.apple\.com$/;

export class PushCourier implements Courier {
  readonly name = 'push';
  readonly #options: PushCourierOptions;

  constructor(options: PushCourierOptions) {
    this.#options = options;
  }

  async deliver(
    contact: Contact,
    letters: readonly Letter[],
    { deliveryId, digest, signal }: CourierOptions,
  ): Promise<Outcome> {
    const { clock, devices, told } = this.#options;
    const now = clock.now();
    const live = letters.filter(({ expiresAt = Infinity }) => expiresAt > now);
    const [first] = live;
    if (!first) return { status: 'refused', detail: 'expired' };
    const recipients = await devices.of(contact.user);
    if (recipients.length === 0) return { status: 'unreachable', detail: 'no device' };

    const ids = live.map(({ id }) => id);
    const { token, attempts } = await told.begin(deliveryId, contact.user, ids);
    const single = !digest && live.length === 1;
    const payload = single
      ? writeLetter(first, contact.language, token)
      : writeDigest(live, contact.language, token, deliveryId);
    const message = {
      ttl: ttlOf(live, now),
      urgency: live.some(({ level }) => URGENCIES.get(level) === 'high') ? 'high' : 'normal',
      // Of a notification that is not delivered yet only the last message is.
      topic: topicOf(payload.id),
    } as const;

    const tally = new Tally([...attempts.values()].filter((attempt) => attempt.told).length);
    const pending = recipients.filter(({ id }) => !attempts.get(id)?.told);
    for (let n = 0; n < pending.length; n += AT_ONCE) {
      if (signal.aborted) {
        for (const { id } of pending.slice(n)) tally.count(OUT_OF_TIME, attempts.get(id)?.tries ?? 0);
        break;
      }
      const batch = await Promise.all(
        pending.slice(n, n + AT_ONCE).map(async (device) => ({
          device,
          answer: await this.#tell(device, payload, message, signal),
        })),
      );
      const done: Attempt[] = [];
      for (const { device, answer } of batch) {
        tally.count(answer, (attempts.get(device.id)?.tries ?? 0) + 1);
        if (answer.kind === 'gone') await devices.forget(device.id);
        else done.push({ device: device.id, told: answer.kind === 'taken' });
      }
      await told.record(deliveryId, done);
    }
    return tally.outcome();
  }

  /** @throws Error when a device could not be had now; another attempt goes to such devices alone. */
  async retract(user: string, ids: readonly string[]): Promise<void> {
    const { devices, told } = this.#options;
    const shown = await told.shownOn(user, ids);
    if (shown.size === 0) return;
    const showing = (await devices.of(user)).filter(
      ({ id, endpoint }) => shown.has(id) && !NEVER_SILENT.test(new URL(endpoint).hostname),
    );
    const late: string[] = [];
    for (let n = 0; n < showing.length; n += AT_ONCE) {
      const batch = showing.slice(n, n + AT_ONCE);
      const answers = await Promise.all(
        batch.map((device) => this.#closeAll(device, shown.get(device.id) ?? [])),
      );
      for (const answer of answers) if (answer.kind === 'later') late.push(answer.detail);
    }
    if (late.length > 0) throw new Error(counted(late.length, 'not now', late[0]));
  }

  /** Closes notifications on one device, and writes down what it shows no more. @returns the last answer. */
  async #closeAll(device: Recipient, ids: readonly string[]): Promise<PushAnswer> {
    const { devices, told } = this.#options;
    for (let n = 0; n < ids.length; n += MOST_CLOSED) {
      const close = ids.slice(n, n + MOST_CLOSED);
      const answer = await this.#close(device, close);
      if (answer.kind === 'later') return answer;
      if (answer.kind === 'gone') {
        await devices.forget(device.id);
        return answer;
      }
      await told.closed(device.id, close);
    }
    return { kind: 'taken' };
  }

  #close(device: Recipient, close: readonly string[]): Promise<PushAnswer> {
    const [only] = close;
    const payload: ClosePayload = { close };
    return this.#options.service.send(device, {
      payload: JSON.stringify(payload),
      ttl: DEFAULT_TTL,
      urgency: 'normal',
      // What has not reached the device yet need not reach it any more.
      topic: close.length === 1 && only !== undefined ? topicOf(only) : undefined,
    });
  }

  /** Tells one device; a message that is too large for its push service is halved. */
  async #tell(
    device: Recipient,
    payload: ShowPayload,
    message: Omit<PushMessage, 'payload'>,
    signal: AbortSignal,
  ): Promise<PushAnswer> {
    for (let halvings = 0; ; halvings += 1) {
      const text = writePayload(payload, Math.floor(MOST_BYTES / 2 ** halvings));
      const answer = await this.#options.service.send(device, { ...message, payload: text });
      if (answer.kind !== 'too-large') return answer;
      if (signal.aborted) return OUT_OF_TIME;
      if (halvings === MOST_HALVINGS) return { kind: 'refused', detail: '413, however short' };
    }
  }
}

/** What came of one attempt at all devices. */
class Tally {
  #told: number;
  #gone = 0;
  #after: number | undefined;
  /** Whether a device is worth another attempt. */
  #again = false;
  readonly #later: string[] = [];
  readonly #refused: string[] = [];

  /** @param told Devices that were told before. */
  constructor(told: number) {
    this.#told = told;
  }

  count(answer: PushAnswer, tries: number): void {
    switch (answer.kind) {
      case 'taken':
        this.#told += 1;
        break;
      case 'gone':
        this.#gone += 1;
        break;
      case 'later':
        this.#later.push(answer.detail);
        if (tries < MOST_TRIES) this.#again = true;
        if (answer.after !== undefined) this.#after = Math.max(answer.after, this.#after ?? 0);
        break;
      default:
        this.#refused.push(answer.kind === 'refused' ? answer.detail : answer.kind);
    }
  }

  outcome(): Outcome {
    const detail = [
      counted(this.#told, 'told'),
      counted(this.#gone, 'gone'),
      counted(this.#later.length, 'not now', this.#later[0]),
      counted(this.#refused.length, 'refused', this.#refused[0]),
    ]
      .filter((part) => part !== '')
      .join(', ');
    // One that has it does not wait for ever for one that cannot be had.
    if (this.#later.length > 0 && (this.#again || this.#told === 0))
      return { status: 'retry', after: this.#after, detail };
    if (this.#told > 0) return { status: 'delivered', detail };
    return { status: this.#refused.length > 0 ? 'refused' : 'unreachable', detail };
  }
}

function counted(count: number, what: string, why?: string): string {
  if (count === 0) return '';
  return `${count} ${count === 1 ? 'device' : 'devices'} ${what}${why ? ` (${why})` : ''}`;
}

function writeLetter(letter: Letter, language: Language, token: string): ShowPayload {
  const { id, title, body, level, category, at, url, data } = letter;
  return { id, ids: [id], title, body, level, category, at, language, token, url, data };
}

function writeDigest(
  letters: readonly Letter[],
  language: Language,
  token: string,
  deliveryId: string,
): ShowPayload {
  return {
    id: deliveryId,
    ids: letters.slice(0, MOST_IDS).map(({ id }) => id),
    title: `${DIGEST_TITLES[language]}: ${letters.length}`,
    body: letters.map(({ title }) => title).join('\n'),
    level: letters.some(({ level }) => level === 'error') ? 'error' : 'info',
    category: 'digest',
    at: Math.max(...letters.map(({ at }) => at)),
    language,
    token,
  };
}

function ttlOf(letters: readonly Letter[], now: number): number {
  const ends = letters.map(({ expiresAt }) => expiresAt ?? now + DEFAULT_TTL * 1000);
  return Math.min(LONGEST_TTL, Math.ceil((Math.max(...ends) - now) / 1000));
}

/** Characters of a topic; 32 at most. */
const TOPIC_LENGTH = 22;

function topicOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, TOPIC_LENGTH);
}
