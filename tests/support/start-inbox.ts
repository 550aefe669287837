import { randomUUID } from 'node:crypto';
import { createNodes } from '../../packages/server/src/core/testing/create-nodes.ts';
import { createTestCore, type TestCore } from '../../packages/server/src/core/testing/test-core.ts';
import {
  CONTACT_MIGRATIONS,
  type Contact,
  Contacts,
} from '../../packages/server/src/features/contacts/index.ts';
import {
  type Courier,
  type CourierOptions,
  DELIVERY_MIGRATIONS,
  Delivery,
  type DeliveryOptions,
  type DeliveryWithLog,
  type Letter,
  type Outcome,
} from '../../packages/server/src/features/delivery/index.ts';
import {
  INBOX_MIGRATIONS,
  Inbox,
  inboxCommands,
  type NewNotification,
} from '../../packages/server/src/features/inbox/index.ts';
import { UserSessions } from '../../packages/server/src/features/user-sessions/user-sessions.ts';
import { sql } from '../../packages/server/src/kit.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { CORE_MIGRATIONS, migrate } from '../../packages/server/src/storage/migrations.ts';
import { Outbox } from '../../packages/server/src/storage/outbox.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A text for tests that are not about texts. */
export const TEXTS = { en: { title: 'Hello', body: 'How are you?' } } as const;

/** What a courier was asked. */
export interface Errand {
  readonly contact: Contact;
  readonly letters: readonly Letter[];
  readonly options: Omit<CourierOptions, 'signal'>;
  readonly signal: AbortSignal;
}

/** A courier that writes down what it is asked, and answers what a test says. */
export class RecordingCourier implements Courier {
  readonly name: Courier['name'];
  readonly errands: Errand[] = [];
  readonly retracted: (readonly string[])[] = [];
  /** Answers to the next errands; when there is none left, all is delivered. */
  readonly answers: (Outcome | (() => Promise<Outcome>))[] = [];

  constructor(name: Courier['name']) {
    this.name = name;
  }

  async deliver(
    contact: Contact,
    letters: readonly Letter[],
    { signal, ...options }: CourierOptions,
  ): Promise<Outcome> {
    this.errands.push({ contact, letters, options, signal });
    const answer = this.answers.shift() ?? { status: 'delivered', detail: 'taken' };
    return typeof answer === 'function' ? answer() : answer;
  }

  async retract(_user: string, ids: readonly string[]): Promise<void> {
    this.retracted.push([...ids].sort());
  }

  /** The ids of the letters of each errand. */
  get told(): readonly (readonly string[])[] {
    return this.errands.map(({ letters }) => letters.map(({ id }) => id));
  }
}

/** An inbox and its delivery whose time stands still until a test moves it. */
export interface RunningInbox {
  readonly core: TestCore;
  readonly db: Awaited<ReturnType<typeof openDatabase>>;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly contacts: Contacts;
  readonly delivery: Delivery;
  readonly push: RecordingCourier;
  readonly email: RecordingCourier;
  readonly errors: unknown[];
  /** Tells a user something. @returns its id. */
  tell(user: string, notification?: Partial<NewNotification>): Promise<string>;
  /** Moves time, and waits for what that lets happen. */
  pass(ms: number): Promise<void>;
  /** A delivery of a notification with its log. */
  delivered(notification: string, courier: Courier['name']): Promise<DeliveryWithLog>;
}

export interface InboxTestOptions extends Partial<DeliveryOptions> {
  /** A PostgreSQL server, in which a database of the test's own is made. @default SQLite */
  readonly postgres?: string | undefined;
  /** A database that another one of these has begun. */
  readonly beside?: RunningInbox;
}

/** Starts one; it ends with the test. */
export async function startInbox({
  postgres,
  beside,
  ...options
}: InboxTestOptions = {}): Promise<RunningInbox> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const core = await createTestCore({
    namespaces: { user: { rights: { subscribe: 'owner', publish: 'nobody' } } },
    ...(beside ? { clock: beside.core.clock } : {}),
  });
  const { clock } = core;
  const db = beside?.db ?? (await openFresh(postgres, onError));
  await migrate(db, 'core', CORE_MIGRATIONS);
  await migrate(db, 'contacts', CONTACT_MIGRATIONS);
  await migrate(db, 'inbox', INBOX_MIGRATIONS);
  await migrate(db, 'delivery', DELIVERY_MIGRATIONS);
  const outbox = new Outbox({
    db,
    clock,
    log: { warn: onError, error: onError },
    check: (publication) => core.publisher.check(publication),
    publish: async (publication) => core.publisher.publish(publication),
  });
  await outbox.start();
  onTeardown(() => outbox.close());
  const contacts = new Contacts({ db, onError });
  const userSessions = new UserSessions();
  core.hub.observe(userSessions);
  const inbox = new Inbox({ db, clock, outbox, contacts, keep: 90 * DAY, onError });
  for (const command of inboxCommands(inbox)) core.dispatch.add(command);
  onTeardown(() => inbox.close());
  const push = new RecordingCourier('push');
  const email = new RecordingCourier('email');
  const delivery = new Delivery({
    db,
    clock,
    core,
    inbox,
    contacts,
    userSessions,
    nodes: createNodes(clock),
    couriers: [email, push],
    pushAfter: 10 * SECOND,
    emailAfter: 10 * MINUTE,
    digestHour: 8,
    attempts: 4,
    backoff: 5 * SECOND,
    longestBackoff: HOUR,
    timeout: 30 * SECOND,
    keep: 90 * DAY,
    onError,
    ...options,
  });
  onTeardown(() => delivery.close());
  return {
    core,
    db,
    outbox,
    inbox,
    contacts,
    delivery,
    push,
    email,
    errors,
    async tell(user, notification) {
      const given = notification?.template === undefined ? { texts: TEXTS, ...notification } : notification;
      const [told] = await inbox.notify(user, given);
      return told?.id ?? '';
    },
    async pass(ms) {
      // Hours at once: nothing here waits for a timer, and the queue is looked at by `idle`.
      clock.set(clock.now() + ms);
      await delivery.idle();
    },
    delivered: (notification, courier) => delivery.read(`${notification}.${courier}`),
  };
}

async function openFresh(
  postgres: string | undefined,
  onError: (error: unknown) => void,
): Promise<RunningInbox['db']> {
  let url: string | undefined;
  if (postgres !== undefined) {
    const name = `inbox_${randomUUID().replaceAll('-', '')}`;
    const server = await openDatabase({ directory: '', url: postgres, onError });
    await sql`create database ${sql.id(name)}`.execute(server);
    await server.destroy();
    url = postgres.replace('/postgres?', `/${name}?`);
  }
  const db = await openDatabase({ directory: temporaryDirectory(), url, onError });
  onTeardown(() => db.destroy());
  return db;
}
