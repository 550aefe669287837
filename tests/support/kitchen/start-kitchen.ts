import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KitchenOptions } from '../../../kits/kitchen/server/options.ts';
import type { ConfigInput } from '../../../packages/server/src/config.ts';
import { Api } from '../api.ts';
import { API_KEY, type Claims, signToken } from '../credentials.ts';
import { NativeClient } from '../native-client.ts';
import { startServer } from '../start-server.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { RawKitchen, type RawOptions, type Told } from './raw-kitchen.ts';

const KIT = join(import.meta.dirname, '../../../kits/kitchen/server/kit.ts');

/** A kit's file with these options, for a server's `kits`. */
export function kitchenKit(options: Partial<KitchenOptions> = {}): string {
  const file = join(temporaryDirectory(), 'kitchen.ts');
  writeFileSync(
    file,
    `import { createKitchenKit } from ${JSON.stringify(KIT)};
export default createKitchenKit(${JSON.stringify(options)});\n`,
  );
  return file;
}

/** A token of a user who has no rights but everybody's. */
export function cook(user: string, claims: Claims = {}): string {
  return signToken({ sub: user, ...claims });
}

/** A server with a kitchen. */
export interface RunningKitchen {
  readonly url: string;
  readonly data: string;
  /** The HTTP API as a user; `undefined` is nobody. */
  as(user: string | undefined, claims?: Claims): Api;
  /** The HTTP API as a backend. */
  readonly backend: Api;
  /** A client of the raw WebSocket, in and heard of. */
  raw(user?: string, options?: RawOptions): Promise<RawKitchen>;
  /** A client of the native WebSocket. */
  native(user: string): Promise<NativeClient>;
  /**
   * Everything that a client has heard so far, known to be all because what was told after it has come too. The client
   * follows the community; @param user whom it belongs to.
   */
  heardBy(client: RawKitchen, user?: string): Promise<readonly Told[]>;
  stop(): Promise<void>;
}

/** Users who do what shows that everything before has come. */
let sentinels = 0;

/** Starts a real server with the kitchen kit; ended with the test. */
export async function startKitchen(
  config: ConfigInput = {},
  options: Partial<KitchenOptions> = {},
): Promise<RunningKitchen> {
  const { url, data, stop } = await startServer({
    kits: [kitchenKit(options)],
    presence: { grace: 0 },
    ...config,
  });
  const as: RunningKitchen['as'] = (user, claims) =>
    new Api({ url, bearer: user === undefined ? undefined : cook(user, claims) });
  return {
    url,
    data,
    stop,
    as,
    async heardBy(client, user) {
      sentinels += 1;
      const sentinel = `sentinel-${sentinels}`;
      const byUs = ({ author_id, follower_id }: Told['data']) => [author_id, follower_id].includes(sentinel);
      await as(sentinel).post('/kitchen/posts', { content: sentinel });
      await client.take('NewCommunityPost', byUs);
      if (user !== undefined) {
        await as(sentinel).call('PUT', `/kitchen/users/${user}/follow`);
        await client.take('NewFollower', byUs);
        await as(sentinel).call('DELETE', `/kitchen/users/${user}/follow`);
      }
      return client.told.all.filter(({ type, data }) => type !== 'Subscribed' && !byUs(data));
    },
    backend: new Api({ url, bearer: API_KEY }),
    raw: (user, raw) =>
      RawKitchen.open(url, { ...(user === undefined ? {} : { token: cook(user) }), ...raw }),
    native: (user) => NativeClient.welcomed(url, { token: cook(user) }),
  };
}
