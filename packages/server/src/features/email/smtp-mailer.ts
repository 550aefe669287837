/**
 * Mail by SMTP: connections that are kept and shared, at a pace that the server takes.
 *
 * @module
 */
import nodemailer, { type NodemailerError, type SendMailOptions, type Transporter } from 'nodemailer';
import { oneLine } from './clean-text.ts';
import type { Mailer, Posted } from './mailer.ts';

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte; with `smtp:` STARTTLS is used where it is offered. */
  readonly url: string;
  /** Connections at once. */
  readonly connections: number;
  /** Messages a second. */
  readonly perSecond: number;
  /** How long a message may take, milliseconds, its place in the queue included: as the delivery queue waits no longer. */
  readonly timeout: number;
  /** Nothing is sent for a reason that is no reader's: the server is not there, or does not let us in. */
  readonly onError: (error: unknown) => void;
}

/** Characters of an answer that are kept. */
const LONGEST_ANSWER = 500;

export class SmtpMailer implements Mailer {
  readonly #options: SmtpMailerOptions;
  readonly #transport: Transporter;

  constructor(options: SmtpMailerOptions) {
    const { url, connections, perSecond, timeout } = options;
    this.#options = options;
    this.#transport = nodemailer.createTransport({
      url,
      pool: true,
      maxConnections: connections,
      rateLimit: perSecond,
      // When to try again is up to the delivery queue.
      maxRequeues: 0,
      dnsTimeout: timeout,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(message: SendMailOptions): Promise<Posted> {
    try {
      const { response } = await this.#transport.sendMail({
        ...message,
        // A server that is never quite silent would hold it up for ever.
        signal: AbortSignal.timeout(this.#options.timeout),
      });
      return { status: 'delivered', detail: oneLine(response ?? '', LONGEST_ANSWER) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const posted = classify(error);
      if (posted.status === 'retry' && !isAboutReader(error)) this.#options.onError(error);
      return posted;
    }
  }

  /** Cuts what is under way; the queue has it still. */
  close(): void {
    this.#transport.close({ force: true });
  }
}

/** Says whether trying again can help, and if not, whether it is the address. */
function classify(error: NodemailerError): Posted {
  const { permanent, response, responseCode, code } = error;
  const detail = oneLine(response ?? error.message, LONGEST_ANSWER);
  // What the client itself finds wrong with a message: too large for the server, or an address that it cannot take.
  const own = responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE');
  if (own) return { status: 'refused', detail, bounced: false };
  if (permanent && isAboutReader(error))
    return { status: 'refused', detail, bounced: isAboutAddress(error, detail) };
  return { status: 'retry', detail };
}

/** Whether the server has answered to the recipient or to the message, and not to us: our password, our address. */
function isAboutReader({ command, responseCode }: NodemailerError): boolean {
  return responseCode !== undefined && (command === 'RCPT TO' || command === 'DATA');
}

/** Whether a refusal is about the address: by its enhanced code (RFC 3463), and without one by what was refused. */
function isAboutAddress({ command }: NodemailerError, detail: string): boolean {
  const enhanced = /^5\d\d[ -]5\.(\d{1,3})\.(\d{1,3})\b/.exec(detail);
  if (!enhanced) return command === 'RCPT TO';
  const [, subject, reason] = enhanced;
  // 5.1.7 and 5.1.8 are about the sender; 5.2.1 is a mailbox that is closed.
  return subject === '1' ? reason !== '7' && reason !== '8' : subject === '2' && reason === '1';
}
