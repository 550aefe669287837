import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { MarketOptions } from '../../../kits/market/server/options.ts';
import type { ConfigInput } from '../../../packages/server/src/config.ts';
import { Api, type Body } from '../api.ts';
import { API_KEY, signToken } from '../credentials.ts';
import { JumpingClock } from '../jumping-clock.ts';
import { type Message, NativeClient } from '../native-client.ts';
import { startServer } from '../start-server.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const KIT = join(import.meta.dirname, '../../../kits/market/server/kit.ts');

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Tokens are good for as long as any test moves its clock, seconds. */
const TOKEN_LIFETIME = 10 * 365 * 24 * 3600;

/** A kit's file with these options, for a server's `kits`. */
export function marketKit(options: Partial<MarketOptions> = {}): string {
  const file = join(temporaryDirectory(), 'market.ts');
  writeFileSync(
    file,
    `import { createMarketKit } from ${JSON.stringify(KIT)};
export default createMarketKit(${JSON.stringify(options)});\n`,
  );
  return file;
}

/** How a market is started whose time a test moves. */
export interface TimedOptions {
  /** Several servers may share one. */
  readonly clock?: JumpingClock;
  readonly config?: ConfigInput;
  readonly options?: Partial<MarketOptions>;
}

/** A real server with a market whose time stands still until a test moves it. */
export interface TimedMarket {
  readonly url: string;
  readonly data: string;
  readonly clock: JumpingClock;
  /** The HTTP API as a backend. */
  readonly backend: Api;
  /** The HTTP API as a user. */
  as(user: string, claims?: object): Api;
  /** A client of the native WebSocket that follows the user's own channel, and others. */
  native(user: string, claims?: object, ...channels: readonly string[]): Promise<NativeClient>;
  /** Notifications of a user of a category, the oldest first. */
  inbox(user: string, category: string): Promise<readonly Body[]>;
  /** Adds a product of dollars and the sizes 42 and 43. @returns its id. */
  addProduct(fields?: object): Promise<string>;
  /** Bids dollars, or asks for them, by default for size 42. @returns what is answered. */
  place(side: 'bid' | 'ask', user: string, product: string, price: number, size?: string): Promise<Body>;
  /** A pair that was sold. @returns the id of its order. */
  sell(product: string, buyer: string, seller: string, price?: number): Promise<number>;
  stop(): Promise<void>;
}

/** Servers that share a database with those before them must not live before them. */
let clocks = 0;

/** A clock at noon, a month after the one before. */
export function laterClock(): JumpingClock {
  clocks += 1;
  return new JumpingClock(Date.UTC(2026, 10 + clocks, 20, 12));
}

/** Starts it; ended with the test. */
export async function startTimedMarket({
  clock = laterClock(),
  config = {},
  options = {},
}: TimedOptions = {}): Promise<TimedMarket> {
  const { url, data, stop } = await startServer(
    { kits: [marketKit(options)], presence: { grace: 0 }, ...config },
    { clock },
  );
  const token = (user: string, claims: object = {}) => {
    const iat = Math.floor(clock.now() / 1000);
    return signToken({ sub: user, iat, exp: iat + TOKEN_LIFETIME, ...claims });
  };
  const backend = new Api({ url, bearer: API_KEY });
  const as = (user: string, claims?: object) => new Api({ url, bearer: token(user, claims) });
  const place: TimedMarket['place'] = async (side, user, product, price, size = '42') => {
    const answer = await as(user).post(`/market/${side}s`, { product_id: product, size, price });
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  };
  return {
    url,
    data,
    clock,
    stop,
    as,
    backend,
    place,
    async native(user, claims, ...channels) {
      const client = await NativeClient.welcomed(url, { token: token(user, claims) });
      await client.subscribe(`user:${user}`, ...channels);
      return client;
    },
    async inbox(user, category) {
      const { notifications } = (await as(user).get('/notifications?limit=100')).body as {
        notifications: Body[];
      };
      return notifications.filter((notification) => notification.category === category).toReversed();
    },
    async addProduct(fields = {}) {
      const product = { name: 'Air Jordan 1 Chicago', currency: 'USD', sizes: ['42', '43'], ...fields };
      const { status, body, text } = await backend.post('/market/products', product);
      expect(status, text).toBe(201);
      return String(body.id);
    },
    async sell(product, buyer, seller, price = 200) {
      await place('ask', seller, product, price);
      const { match } = (await place('bid', buyer, product, price)) as { match: { order_id: number } };
      return match.order_id;
    },
  };
}

/** What a client has heard of an event so far. */
export function heard({ messages }: NativeClient, event: string): readonly Message[] {
  return messages.all.filter((message) => message.event === event);
}
