import { expect } from 'vitest';
import type { KitchenOptions } from '../../../kits/kitchen/server/options.ts';
import type { ConfigInput } from '../../../packages/server/src/config.ts';
import { Api, type Body } from '../api.ts';
import { API_KEY } from '../credentials.ts';
import { JumpingClock } from '../jumping-clock.ts';
import { type Message, NativeClient } from '../native-client.ts';
import { startServer } from '../start-server.ts';
import { cook, kitchenKit } from './start-kitchen.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Tokens are good for as long as any test moves its clock, seconds. */
const TOKEN_LIFETIME = 10 * 365 * 24 * 3600;

/** How a kitchen is started whose time a test moves. */
export interface TimedOptions {
  readonly clock?: JumpingClock;
  readonly config?: ConfigInput;
  readonly options?: Partial<KitchenOptions>;
}

/** A real server with a kitchen whose time stands still until a test moves it. */
export interface TimedKitchen {
  readonly url: string;
  readonly data: string;
  readonly clock: JumpingClock;
  readonly backend: Api;
  /** The HTTP API as a user. */
  as(user: string, claims?: object): Api;
  /** A client of the native WebSocket that follows the user's own channel. */
  native(user: string, claims?: object): Promise<NativeClient>;
  /** Waits until a client, which follows its user's own channel, has heard whatever was told before. */
  settled(client: NativeClient, user: string): Promise<void>;
  /** Notifications of a user of a category, the newest first. */
  inbox(user: string, category: string): Promise<readonly Body[]>;
  /** Makes a household. @returns its id. */
  household(...members: readonly [string, ...string[]]): Promise<string>;
  stop(): Promise<void>;
}

/** Users whose coming shows that everything before has come; of all servers, since some share a database. */
let marks = 0;

/** Starts it; ended with the test. */
export async function startTimedKitchen({
  clock = new JumpingClock(Date.UTC(2026, 10, 20, 12)),
  config = {},
  options = {},
}: TimedOptions = {}): Promise<TimedKitchen> {
  const { url, data, stop } = await startServer(
    { kits: [kitchenKit(options)], presence: { grace: 0 }, ...config },
    { clock },
  );
  const token = (user: string, claims: object = {}) => {
    const iat = Math.floor(clock.now() / 1000);
    return cook(user, { iat, exp: iat + TOKEN_LIFETIME, ...claims });
  };
  const backend = new Api({ url, bearer: API_KEY });
  const as = (user: string, claims?: object) => new Api({ url, bearer: token(user, claims) });
  return {
    url,
    data,
    clock,
    stop,
    as,
    backend,
    async native(user, claims) {
      const client = await NativeClient.welcomed(url, { token: token(user, claims) });
      await client.subscribe(`user:${user}`);
      return client;
    },
    async settled(client, user) {
      marks += 1;
      const mark = `mark-${marks}`;
      // Through the outbox, like everything else.
      await as(mark).call('PUT', `/kitchen/users/${user}/follow`);
      await client.event(({ event, data }) => event === 'NewFollower' && data?.follower_id === mark);
    },
    async inbox(user, category) {
      const { notifications } = (await as(user).get('/notifications?limit=100')).body as {
        notifications: Body[];
      };
      return notifications.filter((notification) => notification.category === category);
    },
    async household(owner, ...members) {
      const group = (await as(owner).post('/kitchen/groups', { name: 'Home' })).body.id as string;
      const uses = Math.max(1, members.length);
      const { code } = (await as(owner).post(`/kitchen/groups/${group}/invitations`, { uses })).body;
      for (const member of members)
        expect((await as(member).post('/kitchen/groups/join', { code })).status).toBe(200);
      return group;
    },
  };
}

/** What a client has heard of an event so far. */
export function heard({ messages }: NativeClient, event: string): readonly Message[] {
  return messages.all.filter((message) => message.event === event);
}
