import type { KitTransaction } from '@tidings/server/kit';
import type { KitchenEvents } from '../events.ts';
import { userChannel } from './channels.ts';
import { notificationOf, type PersonalEvent } from './notifications.ts';

/**
 * Tells a user something once the transaction has committed: as the event that the raw WebSocket knows, and as a
 * notification, which stands in the inbox and finds those who are not there. Nobody is told what they did themselves.
 */
export async function tellUser<Name extends PersonalEvent, Tables>(
  { publish, notify }: Pick<KitTransaction<Tables>, 'publish' | 'notify'>,
  { to, by }: { readonly to: string; readonly by?: string },
  event: Name,
  data: KitchenEvents[Name],
): Promise<void> {
  const channel = userChannel(to);
  if (to === by || !channel) return;
  await publish({ channel, event, data });
  await notify(to, notificationOf(event, data));
}
