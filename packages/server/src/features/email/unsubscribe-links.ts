/**
 * Links by which a mail is unsubscribed from without signing in (RFC 8058): whoever has the mail has the link.
 *
 * They name a user and categories, and are signed, so that nobody can make one. They do not expire: a mail may be read
 * years later.
 *
 * @module
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { LANGUAGES, type Language } from '../contacts/index.ts';

/** What a link is about. */
export interface Unsubscription {
  readonly user: string;
  /** At least one. */
  readonly categories: readonly string[];
  /** Of the page. */
  readonly language: Language;
}

const KEY_BYTES = 32;

/** Makes and checks links, and whatever else of a mail must come out the same again. */
export class UnsubscribeLinks {
  readonly #key: Uint8Array;
  readonly #address: () => string;

  /**
   * @param secret a secret of the server; what is signed here is signed with a key of its own.
   * @param address where links lead, without a query.
   */
  constructor(secret: string, address: () => string) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'tidings email', KEY_BYTES));
    this.#address = address;
  }

  /** The address of the page, and of the POST that unsubscribes. */
  make(about: Unsubscription): string {
    const query = new URLSearchParams({ user: about.user });
    for (const category of about.categories) query.append('category', category);
    query.append('language', about.language);
    query.append('signature', this.#sign(about).toString('base64url'));
    return `${this.#address()}?${query}`;
  }

  /** Reads the query of a link; nothing when it is not one that we have made. */
  read(query: URLSearchParams): Unsubscription | undefined {
    const user = query.get('user');
    const categories = query.getAll('category');
    const language = languageOf(query);
    if (user === null || categories.length === 0 || language === undefined) return undefined;
    const about = { user, categories, language };
    const expected = this.#sign(about);
    const signature = Buffer.from(query.get('signature') ?? '', 'base64url');
    return signature.length === expected.length && timingSafeEqual(signature, expected) ? about : undefined;
  }

  /** A digest of an id, which only this server makes of it. @returns hexadecimal digits */
  mark(id: string): string {
    return createHmac('sha256', this.#key).update(`message ${id}`).digest('hex');
  }

  #sign({ user, categories, language }: Unsubscription): Buffer {
    return createHmac('sha256', this.#key)
      .update(`unsubscribe ${JSON.stringify([user, categories, language])}`)
      .digest();
  }
}

/** The language that a query asks for. */
export function languageOf(query: URLSearchParams): Language | undefined {
  return LANGUAGES.find((language) => language === query.get('language'));
}
