import type { KitTransaction } from '@tidings/server/kit';
import type { KitchenEvents } from '../events.ts';
import { userChannel } from './channels.ts';

/** The events that one user is told. */
type Personal = Exclude<keyof KitchenEvents, 'NewCommunityPost'>;

/**
 * Tells a user something on their personal channel, once the transaction has committed. Nobody is told what they did
 * themselves.
 */
export async function tellUser<Name extends Personal, Tables>(
  { publish }: Pick<KitTransaction<Tables>, 'publish'>,
  { to, by }: { readonly to: string; readonly by?: string },
  event: Name,
  data: KitchenEvents[Name],
): Promise<void> {
  const channel = userChannel(to);
  if (to === by || !channel) return;
  await publish({ channel, event, data });
}
