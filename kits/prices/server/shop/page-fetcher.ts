import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { PageError } from './page-error.ts';
import { decodeText, readBody } from './read-body.ts';
import { readRetryAfter } from './retry-after.ts';

/** Finds the addresses of a name: `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Options of a fetcher. */
export interface PageFetcherOptions {
  /** A URL that tells the owner of a shop who asks, and how to make it stop; goes into the User-Agent. */
  readonly contact: string;
  /** Bytes of a page, unpacked. @default 2097152 (2 MiB) */
  readonly maxBytes?: number;
  /** Milliseconds for a page with all its redirects. @default 20000 */
  readonly timeout?: number;
  /** Addresses and CIDR ranges that may be reached though they are not public. @default [] */
  readonly allowAddresses?: readonly string[];
  /** Ports beside 80 and 443; `any` for all. @default [] */
  readonly allowPorts?: readonly number[] | 'any';
  /** @default dns.lookup */
  readonly resolve?: Resolve;
}

/** What one fetch may say. */
export interface FetchOptions {
  /** Validators of the last answer: the shop answers `304` when nothing has changed. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** What the answer must be. @default 'html' */
  readonly expect?: 'html' | 'text';
  /** Bytes, where it is not those of the fetcher; a text that is longer is cut there. */
  readonly cutAt?: number;
  /** Asked before each request, redirects included; throws to stop it. */
  readonly before?: (url: URL) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** A page, or that it is what it was. */
export type Fetched =
  | {
      readonly status: 'page';
      /** Where it was found, after redirects. */
      readonly url: string;
      readonly text: string;
      readonly etag: string | undefined;
      readonly lastModified: string | undefined;
    }
  | { readonly status: 'unchanged' };

const MIB = 1024 * 1024;
const MAX_BYTES = 2 * MIB;
const TIMEOUT = 20_000;
const MAX_REDIRECTS = 5;
const MAX_URL = 2048;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Bytes read of an answer whose body is of no interest, so that its connection can be used again. */
const UNREAD = 16_384;
const PORTS = [80, 443];
/** A validator is sent back as it came, so it must be something that a header can hold. */
const VALIDATOR = /^[\x20-\x7e]{1,512}$/;

/** The product's name in the User-Agent; robots.txt knows it by this. */
export const ROBOT = 'Tidings';

/**
 * Fetches pages that users name, and never becomes their way into the network that it stands in: only http and https,
 * only public addresses, checked on the address that is connected to, for the page and for each redirect. Reads no more
 * than it may, for no longer than it may. Scripts, cookies and images are none of its business.
 */
export class PageFetcher {
  readonly #agent: Agent;
  readonly #mayReach: AddressGuard;
  readonly #ports: readonly number[] | 'any';
  readonly #maxBytes: number;
  readonly #timeout: number;
  readonly #userAgent: string;

  constructor(options: PageFetcherOptions) {
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#mayReach = createAddressGuard(options.allowAddresses);
    this.#ports = options.allowPorts === 'any' ? 'any' : [...PORTS, ...(options.allowPorts ?? [])];
    this.#userAgent = `${ROBOT}/1.0 (price watcher; +${new URL(options.contact).href})`;
    const lookup = guardedLookup(options.resolve ?? systemLookup, this.#mayReach);
    this.#agent = new Agent({
      connect: { lookup, timeout: this.#timeout },
      headersTimeout: this.#timeout,
      bodyTimeout: this.#timeout,
      allowH2: false,
      // One answer a request, and what a shop sends beside it is not taken.
      pipelining: 1,
    });
  }

  /** Fetches a page. @throws PageError */
  async fetch(address: string, options: FetchOptions = {}): Promise<Fetched> {
    const limit = AbortSignal.timeout(this.#timeout);
    const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
    try {
      return await this.#follow(address, options, signal);
    } catch (error) {
      if (limit.aborted)
        throw new PageError('timeout', 'The shop took too long to answer.', { cause: error });
      throw toPageError(error);
    }
  }

  /** Checks an address without asking anything of it. @throws PageError `bad_url`, `private_address` */
  check(address: string, base?: URL): URL {
    const url = address.length <= MAX_URL ? URL.parse(address, base?.href) : null;
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
      throw new PageError('bad_url', 'This is not the address of a web page.');
    if (url.username !== '' || url.password !== '')
      throw new PageError('bad_url', 'The address has a name or a password in it.');
    if (this.#ports !== 'any' && url.port !== '' && !this.#ports.includes(Number(url.port)))
      throw new PageError('bad_url', 'Only ports 80 and 443 are asked.');
    // A name is checked when it is connected to; a number is never looked up.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.#mayReach(host)) throw privateAddress();
    return url;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #follow(address: string, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
    let url = this.check(address);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      await options.before?.(url);
      const answer = await this.#ask(url, options, signal);
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.statusCode) || typeof location !== 'string')
        return this.#read(url, answer, options, signal);
      await answer.body.dump({ limit: UNREAD, signal });
      url = this.check(location, url);
    }
    throw new PageError('too_many_redirects', `The page redirects more than ${MAX_REDIRECTS} times.`);
  }

  #ask(url: URL, { etag, lastModified, expect }: FetchOptions, signal: AbortSignal) {
    return request(url, {
      dispatcher: this.#agent,
      signal,
      headers: {
        'user-agent': this.#userAgent,
        accept: expect === 'text' ? 'text/plain, */*;q=0.1' : 'text/html, application/xhtml+xml',
        'accept-encoding': 'gzip, deflate, br',
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
      },
    });
  }

  async #read(
    url: URL,
    { statusCode, headers, body }: Dispatcher.ResponseData,
    options: FetchOptions,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const asked = options.etag !== undefined || options.lastModified !== undefined;
    if (statusCode !== 200) {
      await body.dump({ limit: UNREAD, signal });
      if (statusCode === 304 && asked) return { status: 'unchanged' };
      throw statusError(statusCode, readRetryAfter(one(headers['retry-after'])));
    }
    const type = one(headers['content-type']);
    if (options.expect !== 'text' && !/^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i.test(type ?? '')) {
      await body.dump({ limit: UNREAD, signal });
      throw new PageError('not_html', 'The address is not that of a page in HTML.');
    }
    const bytes = await readBody(body, {
      maxBytes: options.cutAt ?? this.#maxBytes,
      cut: options.cutAt !== undefined,
      encoding: one(headers['content-encoding']),
    });
    return {
      status: 'page',
      url: url.href,
      text: decodeText(bytes, type, options.expect === 'text' ? 'UTF-8' : undefined),
      etag: validator(headers.etag),
      lastModified: validator(headers['last-modified']),
    };
  }
}

/** A lookup that finds public addresses alone: what it gives is what is connected to, whatever DNS says later. */
function guardedLookup(resolve: Resolve, mayReach: AddressGuard): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? new Error('The name has no address.'), '', 0);
      // One that is private among public ones is no accident.
      if (!addresses.every(({ address }) => mayReach(address))) return callback(privateAddress(), '', 0);
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

function privateAddress(): PageError {
  return new PageError('private_address', 'The address is not one of the public internet.');
}

function statusError(status: number, retryAfter: number | undefined): PageError {
  const details = { status, retryAfter };
  if (status === 404) return new PageError('not_found', 'The shop has no such page.', details);
  if (status === 410) return new PageError('gone', 'The shop has removed the page.', details);
  if (status === 429 || status === 503) return new PageError('busy', 'The shop asks for patience.', details);
  return new PageError('http_error', `The shop answered with status ${status}.`, details);
}

/** The fault itself, however deep the network's error has packed it. */
function toPageError(error: unknown): PageError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof PageError) return cause;
    const inner =
      cause instanceof AggregateError ? cause.errors.find((one) => one instanceof PageError) : undefined;
    if (inner instanceof PageError) return inner;
  }
  return new PageError('unreachable', 'The shop could not be reached.', { cause: error });
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function validator(header: string | string[] | undefined): string | undefined {
  const value = one(header);
  return value !== undefined && VALIDATOR.test(value) ? value : undefined;
}
