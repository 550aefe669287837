import type { SendMailOptions } from 'nodemailer';

/** What came of handing a message over. */
export type Posted =
  /** Taken; the detail is what the server said. */
  | { readonly status: 'delivered'; readonly detail: string }
  /** Not now: the server is not there, too slow, not ours to use, or said 4xx. */
  | { readonly status: 'retry'; readonly detail: string }
  /** Never: this message, or when `bounced` any message to this address. */
  | { readonly status: 'refused'; readonly detail: string; readonly bounced: boolean };

/** Hands messages over. */
export interface Mailer {
  /** Hands one message with one recipient over. @throws Error when that failed for a reason of this machine. */
  send(message: SendMailOptions): Promise<Posted>;
  close(): void;
}
