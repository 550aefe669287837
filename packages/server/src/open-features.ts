/**
 * Features: what the server does beyond passing events on, each made of the core, the database and features before it.
 *
 * @module
 */
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Core } from './core/core.ts';
import type { NodeCalls } from './core/node-calls.ts';
import type { Clock } from './core/ports/clock.ts';
import { AUTH_MIGRATIONS, Auth, type JwtAuthenticator, type Revocations } from './features/auth/index.ts';
import { COMMAND_KEY_MIGRATIONS, CommandKeys } from './features/command-keys/command-keys.ts';
import { CONTACT_MIGRATIONS, Contacts } from './features/contacts/index.ts';
import { DELIVERY_MIGRATIONS, Delivery } from './features/delivery/index.ts';
import { createEmail, EMAIL_MIGRATIONS, type Email } from './features/email/index.ts';
import { INBOX_MIGRATIONS, Inbox, inboxCommands } from './features/inbox/index.ts';
import { createPresence, type Presence } from './features/presence/presence.ts';
import { createPush, PUSH_MIGRATIONS, type Push, type VapidKeys } from './features/push/index.ts';
import { Reach } from './features/reach/reach.ts';
import { createTyping, type Typing } from './features/typing/typing.ts';
import { UserSessions } from './features/user-sessions/user-sessions.ts';
import type { Channels } from './open-channels.ts';
import type { Secrets } from './secrets.ts';
import { type CoreTables, migrate } from './storage/migrations.ts';
import { Outbox } from './storage/outbox.ts';

/** What features are made of. */
export interface FeatureParts {
  readonly config: Config;
  readonly core: Core;
  /** With the tables of {@link migrateFeatures}. */
  readonly db: Kysely<CoreTables>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The data directory. */
  readonly data: string;
  readonly secrets: Secrets;
  readonly authenticator: JwtAuthenticator;
  readonly revocations: Revocations;
  readonly channels: Pick<Channels, 'broker' | 'bus' | 'presence'>;
  readonly nodes: NodeCalls;
  /** Where this server is, once it listens. */
  readonly ownUrl: () => string;
  /** Has a part closed when the server stops, before those that were opened earlier. */
  readonly opened: <T>(part: T, close: (part: T) => void | Promise<void>) => T;
  /** Makes what is told of a failure in the background. */
  readonly failed: (message: string) => (error: unknown) => void;
}

export interface Features {
  readonly auth: Auth;
  readonly commandKeys: CommandKeys;
  readonly presence: Presence;
  readonly typing: Typing;
  readonly push: Push;
  readonly email: Email;
  readonly outbox: Outbox;
  readonly userSessions: UserSessions;
  readonly reach: Reach;
  readonly contacts: Contacts;
  readonly inbox: Inbox;
  readonly delivery: Delivery;
}

/** Who push services are told to write to when nobody says. */
const PUSH_SUBJECT = 'mailto:push@example.com';

const DAY = 86_400_000;

/** Makes the tables of features what they are in this version. */
export async function migrateFeatures(db: Kysely<CoreTables>): Promise<void> {
  await migrate(db, 'auth', AUTH_MIGRATIONS);
  await migrate(db, 'command_keys', COMMAND_KEY_MIGRATIONS);
  await migrate(db, 'contacts', CONTACT_MIGRATIONS);
  await migrate(db, 'inbox', INBOX_MIGRATIONS);
  await migrate(db, 'delivery', DELIVERY_MIGRATIONS);
  await migrate(db, 'push', PUSH_MIGRATIONS);
  await migrate(db, 'email', EMAIL_MIGRATIONS);
}

/** Makes all features, and puts them on the core. What they do by themselves is begun by whoever starts the server. */
export function openFeatures({
  config,
  core,
  db,
  clock,
  log,
  data,
  secrets,
  authenticator,
  revocations,
  channels,
  nodes,
  ownUrl,
  opened,
  failed,
}: FeatureParts): Features {
  const { broker, bus } = channels;
  const auth = opened(
    new Auth({
      core,
      authenticator,
      revocations,
      nodes,
      clock,
      clockTolerance: config.auth.clockTolerance,
      onError: failed('a session could not be held to its rights'),
    }),
    (part) => part.close(),
  );
  bus.onMissed(() => auth.missed());
  const commandKeys = opened(
    new CommandKeys({
      db,
      clock,
      window: config.commands.keyWindow,
      onError: failed('the answer to a command could not be remembered'),
    }),
    (part) => part.close(),
  );
  core.dispatch.remember(commandKeys);
  const presence = opened(
    createPresence({
      core,
      broker,
      store: channels.presence,
      clock,
      node: bus.node,
      ...config.presence,
      onError: failed('presence could not be told'),
    }),
    (part) => part.close(),
  );
  const typing = opened(
    createTyping({
      core,
      broker,
      clock,
      ...config.typing,
      onError: failed('a typing mark could not be told'),
    }),
    (part) => part.close(),
  );
  const push = opened(
    createPush({
      db,
      clock,
      ...config.push,
      vapid: vapidOf(config, secrets),
      onClick: async ({ user, ids }) => void (await inbox.mark(user, 'read', { ids: [...ids] })),
      onError: failed('old pushes could not be forgotten'),
    }),
    (part) => part.close(),
  );
  const email = opened(
    createEmail({
      db,
      clock,
      ...config.email,
      timeout: config.delivery.timeout,
      publicUrl: () => config.email.publicUrl ?? ownUrl(),
      development: config.development,
      directory: join(data, 'outbox'),
      secret: secrets.jwtSecret,
      onError: failed('no mail could be sent'),
    }),
    (part) => part.close(),
  );
  const outbox = opened(
    new Outbox({
      db,
      clock,
      log,
      check: (publication) => core.publisher.check(publication),
      publish: (publication) => core.publisher.publish(publication),
    }),
    (part) => part.close(),
  );
  const userSessions = new UserSessions();
  core.hub.observe(userSessions);
  const reach = new Reach({
    core,
    userSessions,
    nodes,
    onError: failed('a user could not be made to follow a channel'),
  });
  const contacts = new Contacts({ db, onError: failed('what a token says of its user could not be kept') });
  core.hub.observe(contacts.observer);
  const inbox = opened(
    new Inbox({
      db,
      clock,
      outbox,
      contacts,
      keep: config.inbox.keep * DAY,
      onError: failed('old notifications could not be deleted'),
    }),
    (part) => part.close(),
  );
  for (const command of inboxCommands(inbox)) core.dispatch.add(command);
  const delivery = opened(
    new Delivery({
      ...config.delivery,
      db,
      clock,
      core,
      inbox,
      contacts,
      userSessions,
      nodes,
      couriers: email.courier ? [push.courier, email.courier] : [push.courier],
      keep: config.inbox.keep * DAY,
      onError: failed('a delivery failed'),
    }),
    (part) => part.close(),
  );
  return {
    auth,
    commandKeys,
    presence,
    typing,
    push,
    email,
    outbox,
    userSessions,
    reach,
    contacts,
    inbox,
    delivery,
  };
}

function vapidOf({ push, origins }: Config, { vapid }: Secrets): VapidKeys {
  const subject = push.subject ?? origins.find((origin) => origin.startsWith('https://')) ?? PUSH_SUBJECT;
  const { publicKey = vapid.publicKey, privateKey = vapid.privateKey } = push;
  return { subject, publicKey, privateKey };
}
