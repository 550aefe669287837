import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTeardown } from './teardown.ts';

/** A mail that a server took. */
export interface ReceivedMail extends Email {
  /** The recipients of the envelope. */
  readonly recipients: readonly string[];
  /** As it came. */
  readonly source: string;
  /** A header as it stands in the source, unfolded. */
  header(name: string): string | undefined;
}

/** An SMTP server that keeps what it takes. */
export interface RunningSmtp {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** Recipients that were named, also those that were refused. */
  readonly asked: readonly string[];
}

export interface SmtpOptions extends Pick<SMTPServerOptions, 'disabledCommands'> {
  /** An answer such as `550 5.1.1 No such user` to a recipient. @default it is taken */
  readonly recipient?: (address: string) => string | undefined;
  /** An answer to a message. @default it is taken */
  readonly message?: () => string | undefined;
  /** Whether a password is right; one is asked for then. @default nobody is asked */
  readonly password?: (password: string | null | undefined) => boolean;
}

/** Starts an SMTP server that ends with the test. */
export async function startSmtp(options: SmtpOptions = {}): Promise<RunningSmtp> {
  const { recipient, message, password, disabledCommands = ['STARTTLS'] } = options;
  const mails: ReceivedMail[] = [];
  const asked: string[] = [];
  const server = new SMTPServer({
    logger: false,
    disabledCommands,
    authOptional: password === undefined,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) =>
      password?.(auth.password) ? done(null, { user: 'tidings' }) : done(refusal('535 5.7.8 Wrong password')),
    onRcptTo({ address }, _session, done) {
      asked.push(address);
      done(refusal(recipient?.(address)));
    },
    async onData(stream, { envelope }, done) {
      // Whoever sends may be gone before the end.
      const bytes = await buffer(stream).catch(() => undefined);
      if (!bytes) return done(refusal('451 The message broke off'));
      const refused = refusal(message?.());
      if (refused) return done(refused);
      const source = bytes.toString();
      const head = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
      mails.push({
        ...(await PostalMime.parse(bytes)),
        recipients: envelope.rcptTo.map(({ address }) => address),
        source,
        header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1],
      });
      done(null, '2.0.0 Taken');
    },
  });
  server.on('error', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTeardown(() => {
    for (const { _socket: socket } of server.connections) socket?.destroy();
    server.close();
  });
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, mails, asked };
}

function refusal(answer: string | undefined): Error | null {
  if (answer === undefined) return null;
  const [code, ...text] = answer.split(' ');
  return Object.assign(new Error(text.join(' ')), { responseCode: Number(code) });
}
