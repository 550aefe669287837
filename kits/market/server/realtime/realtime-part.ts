/**
 * The raw WebSocket, and what its clients hear without asking: there are such that never ask.
 *
 * @module
 */
import { type Session, TidingsError } from '@tidings/server/kit';
import { DEALS, MARKET, sneakerChannel, userChannel } from '../channels.ts';
import type { Market, MarketPart } from '../market-part.ts';
import { findProduct } from '../products/products.ts';
import { dialect } from './dialect.ts';

/** Where the raw WebSocket is. */
const PATH = '/ws';

/** The raw WebSocket `/ws`. */
export function realtimePart(): MarketPart {
  return {
    websockets: [
      {
        path: PATH,
        dialect,
        onOpen: (session, market, { url = PATH }) =>
          welcome(session, market, new URL(url, 'ws://localhost').searchParams.get('product')),
      },
    ],
  };
}

/** Has a client hear what is for it; `READY` says that it is done. @param product the one it is to hear of. @default all */
async function welcome(session: Session, market: Market, product: string | null): Promise<void> {
  if (session.provisional) {
    market.disconnect(session, 'unauthenticated');
    return;
  }
  const { user } = session.identity;
  const personal = user === undefined ? undefined : userChannel(user);
  const channels = personal === undefined ? [] : [personal];
  try {
    if (product === null) channels.push(MARKET, DEALS);
    else channels.push(sneakerChannel((await findProduct(market.db, product)).product));
  } catch (error) {
    if (!(error instanceof TidingsError) || error.code !== 'not_found') throw error;
    market.send(session, 'ERROR', error.toBody());
  }
  await market.follow(session, channels, { byRight: true });
  market.send(session, 'READY', { channels });
}
