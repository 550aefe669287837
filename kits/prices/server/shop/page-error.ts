/** Why a shop page could not be read. The kit has a text for each in every language. */
export type PageFault =
  /** Not an address that is fetched: not http(s), with a password, on another port. */
  | 'bad_url'
  /** The address, or one it redirects to, is not of the public internet. */
  | 'private_address'
  /** No such name, no connection, no valid certificate, cut in the middle. */
  | 'unreachable'
  | 'timeout'
  | 'too_many_redirects'
  | 'too_large'
  /** Not HTML, or not readable as its headers say. */
  | 'not_html'
  /** 404. */
  | 'not_found'
  /** 410: the shop says that it will not come back. */
  | 'gone'
  /** Any other status that is no page. */
  | 'http_error'
  /** 429 or 503, or it is not this shop's turn: come back later. */
  | 'busy'
  /** robots.txt says no. */
  | 'robots'
  /** robots.txt could not be had, so nothing is asked of this shop for now. */
  | 'robots_unavailable'
  /** The page has no price that can be read. */
  | 'no_price'
  /** Several products, and nothing says which is meant. */
  | 'several_products'
  /** There is a price, and it is ambiguous or absurd. */
  | 'bad_price';

/** Faults that asking again does not mend. */
const FINAL: ReadonlySet<PageFault> = new Set(['bad_url', 'private_address', 'gone', 'robots']);

/** What is known of a failure beside its fault. */
interface PageErrorDetails {
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** Milliseconds that the shop, or politeness, asks to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A shop page could not be read. The message is one English sentence for people. */
export class PageError extends Error {
  readonly fault: PageFault;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  constructor(fault: PageFault, message: string, { status, retryAfter, cause }: PageErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PageError';
    this.fault = fault;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same page will be refused again. */
  get final(): boolean {
    return FINAL.has(this.fault);
  }
}
