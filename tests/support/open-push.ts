import { ManualClock } from '../../packages/server/src/core/testing/manual-clock.ts';
import type { Contact } from '../../packages/server/src/features/contacts/index.ts';
import type { CourierOptions, Letter, Outcome } from '../../packages/server/src/features/delivery/index.ts';
import { createPush, PUSH_MIGRATIONS, type Push } from '../../packages/server/src/features/push/index.ts';
import type { PushOptions } from '../../packages/server/src/features/push/push.ts';
import { openDatabase } from '../../packages/server/src/storage/database.ts';
import { migrate } from '../../packages/server/src/storage/migrations.ts';
import { makeVapidKeys, type PushedDevice, startPushService, type TestPushService } from './push-service.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Web Push with a database and a push service of its own, whose time a test moves. */
export interface OpenPush {
  readonly push: Push;
  readonly service: TestPushService;
  readonly clock: ManualClock;
  readonly clicked: { readonly user: string; readonly ids: readonly string[] }[];
  /** Has a device subscribe to the pushes of a user. */
  subscribe(user: string): Promise<PushedDevice>;
  deliver(letters: readonly Letter[], options?: Partial<CourierOptions>, contact?: Contact): Promise<Outcome>;
}

/** Someone who is told something. */
export const ALICE: Contact = { user: 'alice', language: 'en', timezone: 'UTC' };

/** When a letter of {@link letter} was made. */
const AT = Date.UTC(2026, 0, 1);

/** Writes a letter to Alice. */
export function letter(id: string, more: Partial<Letter> = {}): Letter {
  return {
    id,
    user: 'alice',
    category: 'prices.drop',
    level: 'info',
    title: 'Kettle: 90 TL',
    body: 'It was 120 TL.',
    data: {},
    at: AT,
    ...more,
  };
}

/** Puts the feature together, on SQLite unless there is a URL. */
export async function openPush(
  options: Partial<PushOptions> & { readonly database?: string | undefined } = {},
): Promise<OpenPush> {
  const { database, ...own } = options;
  const service = await startPushService();
  const clock = new ManualClock();
  const db = await openDatabase({
    directory: temporaryDirectory(),
    url: database,
    onError: (error) => {
      throw error;
    },
  });
  onTeardown(() => db.destroy());
  await migrate(db, 'push', PUSH_MIGRATIONS);
  const clicked: OpenPush['clicked'][number][] = [];
  const push = createPush({
    db,
    clock,
    vapid: { subject: 'mailto:ops@example.com', ...makeVapidKeys() },
    devices: 1000,
    trustedOrigins: [service.origin],
    onClick: (click) => void clicked.push(click),
    onError: (error) => {
      throw error;
    },
    ...own,
  });
  onTeardown(() => push.close());
  return {
    push,
    service,
    clock,
    clicked,
    async subscribe(user) {
      const device = service.subscribe();
      await push.devices.add(user, device.subscription);
      return device;
    },
    deliver: (letters, given, contact = ALICE) =>
      push.courier.deliver(contact, letters, {
        deliveryId: 'delivery-1',
        digest: false,
        signal: new AbortController().signal,
        ...given,
      }),
  };
}
