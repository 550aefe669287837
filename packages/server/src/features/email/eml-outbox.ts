/**
 * Mail where there is no server, as in development: written into files of the data directory, to be looked at.
 *
 * @module
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import type { Clock } from '../../core/ports/clock.ts';
import type { Mailer, Posted } from './mailer.ts';

/** A mail that was written into a file. */
export interface WrittenMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
}

export interface EmlOutboxOptions {
  /** Made when the first mail is written. */
  readonly directory: string;
  readonly clock: Clock;
  /** Mails that are kept; the oldest go first. @default 100 */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 100;

const SUFFIX = '.eml';

/** Milliseconds, a number among those of one millisecond: ids are in the order in which mails were written. */
const ID = /^(\d{13,16})-(\d{4,})$/;
const NUMBER_DIGITS = 4;

export class EmlOutbox implements Mailer {
  readonly #options: EmlOutboxOptions;
  readonly #transport = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  #written = 0;

  constructor(options: EmlOutboxOptions) {
    this.#options = options;
  }

  async send(message: SendMailOptions): Promise<Posted> {
    const { directory, clock, limit = DEFAULT_LIMIT } = this.#options;
    const { message: bytes } = await this.#transport.sendMail(message);
    this.#written += 1;
    const id = `${clock.now()}-${String(this.#written).padStart(NUMBER_DIGITS, '0')}`;
    const file = this.#fileOf(id);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Under its name only when it is whole.
    await writeFile(`${file}.part`, bytes as Buffer, { mode: 0o600 });
    await rename(`${file}.part`, file);
    for (const old of (await this.#ids()).slice(limit)) await rm(this.#fileOf(old), { force: true });
    return { status: 'delivered', detail: `written to ${file}` };
  }

  close(): void {}

  /** All mails, the newest first. */
  async list(): Promise<readonly WrittenMail[]> {
    const mails = await Promise.all((await this.#ids()).map((id) => this.#describe(id)));
    return mails.filter((mail) => mail !== undefined);
  }

  /** A mail as it would be sent; nothing when there is none of this id. */
  async read(id: string): Promise<Buffer | undefined> {
    if (!ID.test(id)) return undefined;
    try {
      return await readFile(this.#fileOf(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The HTML of a mail; nothing when there is none. */
  async readHtml(id: string): Promise<string | undefined> {
    return (await this.#parse(id))?.html;
  }

  async #describe(id: string): Promise<WrittenMail | undefined> {
    const mail = await this.#parse(id);
    if (!mail) return undefined;
    const to = mail.to?.map(({ address }) => address ?? '').join(', ') ?? '';
    return { id, to, subject: mail.subject ?? '', at: Number(ID.exec(id)?.[1]) };
  }

  async #parse(id: string): Promise<Email | undefined> {
    const bytes = await this.read(id);
    return bytes && PostalMime.parse(bytes);
  }

  /** All ids, the newest first. */
  async #ids(): Promise<string[]> {
    let names: string[];
    try {
      names = await readdir(this.#options.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .filter((id) => ID.test(id))
      .sort()
      .reverse();
  }

  #fileOf(id: string): string {
    return join(this.#options.directory, `${id}${SUFFIX}`);
  }
}
