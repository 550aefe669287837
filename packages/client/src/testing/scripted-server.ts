import type { Client } from '../client.ts';
import { ClientError } from '../client-error.ts';
import { clientOf } from '../client-of.ts';
import type { ClientOptions } from '../options.ts';
import type { OpenTransport, TransportListener } from '../transports/transport.ts';
import { type ClientMessage, PROTOCOL, readMessage } from '../wire.ts';
import { ManualClock, settle } from './manual-clock.ts';

/** A message as a server gets it. */
type SentMessage = ClientMessage & { readonly id: number };

/** A client whose server says what a test has it say, when the test has it say so. */
export interface Scripted {
  readonly client: Client;
  readonly clock: ManualClock;
  /** What the client has sent, of one type. */
  sent(type: string): readonly SentMessage[];
  /** Says a message by the connection there is. */
  say(message: object): void;
  /** Welcomes the session, as it is done to begin with, or anew as a stream does. */
  welcome(user: string | undefined): void;
  /** Whose the next session will be. */
  signIn(user: string | undefined): void;
  /** Answers a message. */
  answer(to: SentMessage | undefined, fields: object): void;
  /** Ends the connection. */
  cut(): Promise<void>;
}

/** Opens a client that is connected. */
export async function openScripted(options: Partial<ClientOptions> = {}): Promise<Scripted> {
  const clock = new ManualClock();
  const sent: SentMessage[] = [];
  let listener: TransportListener | undefined;
  let next: string | undefined = 'alice';
  const open: OpenTransport = (parts) => {
    listener = parts.listener;
    queueMicrotask(() => welcome(next));
    return {
      kind: 'websocket',
      send: (messages) => void sent.push(...messages.map(({ text }) => JSON.parse(text) as SentMessage)),
      close: () => {},
    };
  };
  const say = (message: object) => {
    const read = readMessage(JSON.stringify(message));
    if (read) listener?.message(read);
  };
  const welcome = (user: string | undefined) =>
    say({ type: 'welcome', protocol: PROTOCOL, session: 's', user, heartbeat: 25_000 });
  const client = clientOf(
    {
      url: 'http://server.example',
      clock,
      random: () => 0.5,
      lifecycle: { watch: () => () => {} },
      ...options,
    },
    { websocket: open, sse: open },
  );
  await client.connect();
  return {
    client,
    clock,
    sent: (type) => sent.filter((message) => message.type === type),
    say,
    welcome,
    signIn(user) {
      next = user;
    },
    answer: (to, fields) => say({ type: 'reply', id: to?.id, ok: true, ...fields }),
    async cut() {
      const error = new ClientError('connection_lost', 'cut');
      listener?.closed({ error, reconnect: true, retryAfter: undefined });
      await settle();
    },
  };
}
