import type { Kysely } from 'kysely';
import type { Clock } from '../../core/ports/clock.ts';
import type { CoreTables } from '../../storage/migrations.ts';
import { Bounces } from './bounces.ts';
import { EmailCourier } from './email-courier.ts';
import { EmlOutbox } from './eml-outbox.ts';
import { SmtpMailer } from './smtp-mailer.ts';
import { UnsubscribeLinks } from './unsubscribe-links.ts';

export interface EmailOptions {
  /** The server's URL; without one mails go to files in development, and else nowhere. */
  readonly smtp?: string | undefined;
  /** Who mails are from: `Name <address>`. */
  readonly from: string;
  /** The address of the app; asked when a mail is written. */
  readonly publicUrl: () => string;
  /** Connections to the server at once. */
  readonly connections: number;
  /** Mails a second. */
  readonly perSecond: number;
  /** How long a message may take, milliseconds. */
  readonly timeout: number;
  readonly development: boolean;
  /** Where the files go. */
  readonly directory: string;
  /** With this feature's migrations run. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  /** A secret of the server, which links are signed with. */
  readonly secret: string;
  /** The SMTP server is not there, or does not let us in. */
  readonly onError: (error: unknown) => void;
}

/** Email, put together. */
export interface Email {
  /** None where there is no way to send. */
  readonly courier: EmailCourier | undefined;
  /** The files, where mails go there. */
  readonly outbox: EmlOutbox | undefined;
  readonly links: UnsubscribeLinks;
  close(): void;
}

/** Where the links of mails lead. */
const UNSUBSCRIBE = '/api/v1/email/unsubscribe';

/** Builds the feature. */
export function createEmail(options: EmailOptions): Email {
  const { smtp, development, db } = options;
  const publicUrl = () => options.publicUrl().replace(/\/+$/, '');
  const links = new UnsubscribeLinks(options.secret, () => publicUrl() + UNSUBSCRIBE);
  const outbox = smtp === undefined && development ? new EmlOutbox(options) : undefined;
  const mailer = smtp === undefined ? outbox : new SmtpMailer({ ...options, url: smtp });
  return {
    courier: mailer && new EmailCourier({ ...options, mailer, bounces: new Bounces(db), links, publicUrl }),
    outbox,
    links,
    close: () => mailer?.close(),
  };
}
