/**
 * The gate decides who may come in: from which page, while there is room, and who a token says it is.
 *
 * @module
 */
import { isIP } from 'node:net';
import { TidingsError } from '@tidings/protocol';
import { parseCookie } from 'cookie';
import { ANONYMOUS } from './identity.ts';
import type { Authenticator } from './ports/authenticator.ts';
import type { Admission, Handshake } from './ports/transport.ts';

export interface GateOptions {
  readonly authenticator: Authenticator;
  /** Origins of pages that may connect beside the server's own; `*` for all. */
  readonly origins: readonly string[];
  /** Whether pages of this machine may connect, whatever their port: for developing one. @default false */
  readonly loopbackOrigins?: boolean | undefined;
  /** Whether a client without a token may come in. */
  readonly anonymous: boolean;
  /** The cookie that carries a token where a client sends none otherwise. @default none */
  readonly cookie?: string | undefined;
  readonly limits: { readonly connections: number; readonly connectionsPerAddress: number };
}

/** What a browser sends for a page that has no origin it could name. */
const OPAQUE = 'null';

/** Names of this machine, as a browser writes them. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

export class Gate {
  readonly #options: GateOptions;
  readonly #origins: ReadonlySet<string>;
  readonly #byAddress = new Map<string, number>();
  #connections = 0;
  #closed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#origins = new Set(options.origins.map(canonical));
  }

  /** Lets nobody in any more: the server is going down. */
  shut(): void {
    this.#closed = true;
  }

  /**
   * Whether a page of this origin may talk to the server. A client that is no browser sends no origin and is not asked.
   *
   * `Origin: null` (a sandboxed frame, a file) may be anyone's page, so it is let in by `*` alone. The server's own pages
   * are known by the `Host` that the browser was sent to; whether by http or https, only a proxy in front could say.
   *
   * @throws TidingsError `origin_refused`.
   */
  checkOrigin(origin: string | undefined, host: string | undefined): void {
    if (origin === undefined || this.#origins.has('*')) return;
    if (origin !== OPAQUE && this.#origins.has(canonical(origin))) return;
    const page = URL.parse(origin);
    if (page && isWeb(page) && (this.#isLocal(page) || this.#isOwn(page, host))) return;
    throw new TidingsError('origin_refused', `The origin ${origin.slice(0, 200)} is not on the allowlist.`);
  }

  #isLocal({ hostname }: URL): boolean {
    return this.#options.loopbackOrigins === true && LOOPBACK.test(hostname);
  }

  #isOwn({ protocol, host, hostname }: URL, asked: string | undefined): boolean {
    // A server that trusts its machine must not be reached by a name that a stranger let point to it (DNS rebinding).
    if (this.#options.loopbackOrigins && !isIP(hostname.replace(/^\[|\]$/g, ''))) return false;
    return asked !== undefined && asked !== '' && URL.parse(`${protocol}//${asked}`)?.host === host;
  }

  /** Takes a place for a client and says who it is. @throws TidingsError; the place is free again then. */
  async admit({ origin, host, address, token: given, cookies }: Handshake): Promise<Admission> {
    this.checkOrigin(origin, host);
    const here = this.#byAddress.get(address) ?? 0;
    const { connections, connectionsPerAddress } = this.#options.limits;
    if (this.#closed || this.#connections >= connections)
      throw new TidingsError('unavailable', undefined, { retryAfter: 5000 });
    if (here >= connectionsPerAddress)
      throw new TidingsError('rate_limited', 'Too many connections from this address.', { retryAfter: 5000 });
    this.#byAddress.set(address, here + 1);
    this.#connections += 1;
    try {
      const token = given ?? this.#tokenIn(cookies);
      if (token === undefined) return { identity: ANONYMOUS, provisional: !this.#options.anonymous };
      return { identity: await this.#options.authenticator.verify(token), provisional: false };
    } catch (error) {
      this.leave(address);
      throw error;
    }
  }

  /** Pages of other origins, which a browser would send the cookie for as well, have been refused before. */
  #tokenIn(cookies: string | undefined): string | undefined {
    const { cookie } = this.#options;
    return cookie === undefined || cookies === undefined ? undefined : parseCookie(cookies)[cookie];
  }

  /** Gives a place back. */
  leave(address: string): void {
    const here = this.#byAddress.get(address) ?? 0;
    if (here === 0) return;
    if (here > 1) this.#byAddress.set(address, here - 1);
    else this.#byAddress.delete(address);
    this.#connections -= 1;
  }
}

/** An origin as browsers write it: lower case, without a default port, a path or a slash at its end. */
function canonical(origin: string): string {
  const url = URL.parse(origin);
  // Apps in a shell have schemes of their own (capacitor://localhost), for which URL knows no origin.
  return url && url.origin !== OPAQUE ? url.origin : origin.toLowerCase();
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}
