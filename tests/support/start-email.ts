import { join } from 'node:path';
import { pino } from 'pino';
import { ManualClock } from '../../packages/server/src/core/testing/manual-clock.ts';
import type { Contact } from '../../packages/server/src/features/contacts/index.ts';
import type { Letter } from '../../packages/server/src/features/delivery/index.ts';
import {
  createEmail,
  EMAIL_MIGRATIONS,
  type Email,
  type EmailOptions,
} from '../../packages/server/src/features/email/index.ts';
import { createHttp } from '../../packages/server/src/http/create-http.ts';
import { emailRoutes } from '../../packages/server/src/http/email.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { CORE_MIGRATIONS, migrate } from '../../packages/server/src/storage/migrations.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Email without the rest of a server. */
export interface RunningEmail extends Pick<Email, 'links' | 'outbox'> {
  readonly courier: NonNullable<Email['courier']>;
  readonly clock: ManualClock;
  /** What was said about the SMTP server. */
  readonly errors: readonly unknown[];
  /** Preferences that were set, `user category on`. */
  readonly preferences: readonly string[];
  /** Where mails' links lead. */
  readonly url: string;
}

/** The courier and the page behind its mails; ends with the test. */
export async function startEmail(options: Partial<EmailOptions> = {}): Promise<RunningEmail> {
  const data = temporaryDirectory();
  const errors: unknown[] = [];
  const clock = new ManualClock();
  const db = await openDatabase({ directory: data, onError: (error) => errors.push(error) });
  onTeardown(() => db.destroy());
  await migrate(db, 'core', CORE_MIGRATIONS);
  await migrate(db, 'email', EMAIL_MIGRATIONS);
  const http = createHttp({ log: pino({ level: 'silent' }), bodyLimit: 65_536, trustProxy: false });
  onTeardown(() => http.close());
  let url = '';
  const email = createEmail({
    from: 'Prices <no-reply@prices.example>',
    publicUrl: () => url,
    connections: 2,
    perSecond: 1000,
    timeout: 10_000,
    development: true,
    directory: join(data, 'outbox'),
    db,
    clock,
    secret: 'a secret that only this server has',
    onError: (error) => errors.push(error),
    ...options,
  });
  onTeardown(() => email.close());
  const preferences: string[] = [];
  await http.register(
    (scope) =>
      emailRoutes(scope, {
        links: email.links,
        setEmail: async (user, category, on) => void preferences.push(`${user} ${category} ${on}`),
      }),
    { prefix: '/api/v1' },
  );
  url = await http.listen({ host: '127.0.0.1', port: 0 });
  const { courier, links, outbox } = email;
  if (!courier) throw new Error('There is no way to send.');
  return { courier, links, outbox, clock, errors, preferences, url };
}

/** A user who reads mails. */
export function contactOf(more: Partial<Contact> = {}): Contact {
  return { user: 'alice', email: 'alice@example.com', language: 'en', timezone: 'UTC', ...more };
}

/** A letter about a price. */
export function letterOf(more: Partial<Letter> = {}): Letter {
  return {
    id: 'n1',
    user: 'alice',
    category: 'prices.drop',
    level: 'success',
    title: 'The kettle is cheaper',
    body: 'It was 120 TL.\nIt is 90 TL now.',
    url: '/prices/7',
    data: {},
    at: Date.UTC(2026, 0, 1, 9, 30),
    ...more,
  };
}
