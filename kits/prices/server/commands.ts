/**
 * The commands of the price tracker, as its Socket.IO clients send them; they come over every transport.
 *
 * @module
 */
import { parseChannelName } from '@tidings/protocol';
import { type CommandDefinition, defineCommand, type Session, Type } from '@tidings/server/kit';
import type { Language } from '../events.ts';
import { findProduct, productView } from './products.ts';
import type { Prices } from './tables.ts';

const ProductId = Type.Object({ product_id: Type.String({ minLength: 1, maxLength: 200 }) });

/** The most notifications that are answered with. */
const MAX_NOTIFICATIONS = 100;

/** Declares the commands. @param language of the formatted strings that everybody hears. */
export function pricesCommands(prices: Prices, language: Language): readonly CommandDefinition[] {
  return [
    defineCommand({
      name: 'subscribe_price_updates',
      summary: 'Hear of a product: `price_update` and `price_drop`, on the channel `product:ID`.',
      data: ProductId,
      live: true,
      // Else an unsubscribing that is sent right after it would be done before it.
      exclusive: true,
      async handle({ product_id }, { session }) {
        const { product } = await findProduct(prices.db, product_id);
        const channel = `product:${product}`;
        if (session) await prices.follow(session, [channel]);
        // Read once more: what changed before it followed, it has not heard.
        const now = productView(await findProduct(prices.db, product), language);
        return { product_id: product, channel, product: now };
      },
    }),

    defineCommand({
      name: 'unsubscribe_price_updates',
      summary: 'Hear of a product no more.',
      data: ProductId,
      live: true,
      handle({ product_id }, { session }) {
        if (session) prices.unfollow(session, [`product:${product_id}`]);
        return { product_id };
      },
    }),

    defineCommand({
      name: 'get_notifications',
      summary: 'Your unread notifications; told one by one as `notification` where no answer is waited for.',
      data: Type.Object({}),
      authenticated: true,
      idempotent: true,
      async handle(_, { identity, session, awaited }) {
        const user = identity.user as string;
        const { notifications } = await prices.notificationsOf(user, {
          unread: true,
          limit: MAX_NOTIFICATIONS,
        });
        // The oldest first, as they would have come.
        if (session && !awaited)
          for (const notification of notifications.toReversed())
            prices.send(session, 'notification', notification);
        return { notifications };
      },
    }),
  ];
}

/** Has a Socket.IO client hear what its kind expects to: new products, and what its user is told. */
export async function welcome(session: Session, prices: Prices): Promise<void> {
  if (session.transport === 'socketio')
    await prices.follow(session, ['products:all', ...ownChannels(session)]);
}

/** Has a Socket.IO client that says only later who it is hear what its user is told. */
export async function welcomeUser(session: Session, prices: Prices): Promise<void> {
  if (session.transport === 'socketio') await prices.follow(session, ownChannels(session));
}

/** The channel of a session's user; none where there is no user, or one whom no channel could tell. */
function ownChannels({ identity: { user } }: Session): readonly string[] {
  const own = `user:${user}`;
  return user !== undefined && parseChannelName(own) ? [own] : [];
}
