/**
 * Notifications by e-mail.
 *
 * @module
 */
import type { SendMailOptions } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import type { Clock } from '../../core/ports/clock.ts';
import type { Contact } from '../contacts/index.ts';
import type { Courier, CourierOptions, Letter, Outcome } from '../delivery/index.ts';
import type { Bounces } from './bounces.ts';
import { oneLine } from './clean-text.ts';
import { categoriesOf, writeLetters } from './letter-content.ts';
import type { Mailer } from './mailer.ts';
import type { UnsubscribeLinks } from './unsubscribe-links.ts';

export interface EmailCourierOptions {
  readonly mailer: Mailer;
  readonly bounces: Bounces;
  readonly links: UnsubscribeLinks;
  readonly clock: Clock;
  /** Who mails are from: `Name <address>`. */
  readonly from: string;
  /** The address of the app, without a slash at its end. */
  readonly publicUrl: () => string;
}

/** One address and nothing beside it: no line break, no list, no comment, no quotes. */
const ADDRESS = /^[^\s\p{C}"(),:;<>@[\\\]]{1,64}@[^\s\p{C}"(),:;<>@[\\\]]{1,255}$/u;

/** RFC 5321, 4.5.3.1.3. */
const LONGEST_ADDRESS = 254;

const LONGEST_NAME = 100;

/** A line of a message has at most 998 characters (RFC 5322, 2.1.1), and an address cannot be folded. */
const LONGEST_LINK = 900;

export class EmailCourier implements Courier {
  readonly name = 'email';
  readonly #options: EmailCourierOptions;
  /** The sender, as `from` says. */
  readonly #sender: { readonly name: string; readonly address: string };

  constructor(options: EmailCourierOptions) {
    this.#options = options;
    const [sender = { name: '', address: options.from }] = addressparser(options.from, { flatten: true });
    this.#sender = sender;
  }

  async deliver(
    contact: Contact,
    letters: readonly Letter[],
    // Its time is the mailer’s own.
    options: Omit<CourierOptions, 'signal'>,
  ): Promise<Outcome> {
    const { mailer, bounces, clock } = this.#options;
    const { user, email: address } = contact;
    if (address === undefined) return { status: 'unreachable', detail: 'no email address' };
    if (address.length > LONGEST_ADDRESS || !ADDRESS.test(address))
      return { status: 'unreachable', detail: 'what the contact has as email address is none' };
    const bounce = await bounces.find(user, address);
    if (bounce)
      return {
        status: 'unreachable',
        detail: `the address bounced at ${new Date(bounce.at).toISOString()}: ${bounce.answer}`,
      };
    const posted = await mailer.send(this.#write(contact, address, letters, options));
    if (posted.status !== 'refused') return posted;
    if (posted.bounced) await bounces.mark(user, { address, answer: posted.detail, at: clock.now() });
    return { status: 'refused', detail: posted.detail };
  }

  #write(
    contact: Contact,
    address: string,
    letters: readonly Letter[],
    { deliveryId }: Pick<CourierOptions, 'deliveryId'>,
  ): SendMailOptions {
    const { links, clock, publicUrl } = this.#options;
    const { user, language, name = '' } = contact;
    const { name: sender, address: from } = this.#sender;
    const unsubscribe = (...categories: readonly string[]) => links.make({ user, categories, language });
    const content = writeLetters({
      contact,
      letters,
      sender: sender || from,
      publicUrl: publicUrl(),
      unsubscribe,
    });
    return {
      ...content,
      from: { name: sender, address: from },
      to: { name: oneLine(name, LONGEST_NAME), address },
      envelope: { from, to: [address] },
      date: new Date(clock.now()),
      // The same for every attempt, so that a mail which was sent twice is shown once.
      messageId: `<${links.mark(deliveryId)}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      xMailer: false,
      headers: {
        'Auto-Submitted': 'auto-generated',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
      list: { unsubscribe: linkOfHeader(categoriesOf(letters), unsubscribe) },
    };
  }
}

/** One link for all categories; without the last ones of a digest that has too many. */
function linkOfHeader(
  categories: readonly string[],
  unsubscribe: (...categories: readonly string[]) => string,
): string {
  const link = unsubscribe(...categories);
  return link.length <= LONGEST_LINK || categories.length === 1
    ? link
    : linkOfHeader(categories.slice(0, -1), unsubscribe);
}
