import type { RedisClient } from './redis-client.ts';

/** What matters of a Redis server. */
export interface RedisTraits {
  /** Names its process. */
  readonly run: string;
  /** It answers, and tells others, only what is on its disk. */
  readonly onDisk: boolean;
  /** Why it cannot be used, one sentence each. */
  readonly faults: readonly string[];
}

const OLDEST_VERSION = 7;

/** Whether Redis does not wait for its disk while it rewrites its file. */
const SKIPPED = 'no-appendfsync-on-rewrite';

/**
 * Looks at a Redis server: each fault would void a promise.
 *
 * On disk means `appendfsync always`, also while the file is rewritten. Waiting with `WAITAOF` would not do: the other nodes would hear an event before it is
 * on disk, and their clients would know of an event that a crash can take back. Where `CONFIG` is forbidden nothing says how
 * the file is written, so nothing is taken for on disk.
 */
export async function inspectRedis(client: RedisClient): Promise<RedisTraits> {
  const [info, settings] = await Promise.all([
    client.sendCommand<unknown>(['INFO']),
    client.configGet(['appendfsync', SKIPPED]).catch((): Record<string, string> => ({})),
  ]);
  const fields = new Map<string, string>();
  for (const line of String(info).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const of = (name: string) => fields.get(name) ?? '';
  const faults: string[] = [];
  if (Number.parseInt(of('redis_version'), 10) < OLDEST_VERSION)
    faults.push(`it is version ${of('redis_version')}, and ${OLDEST_VERSION} or newer is needed`);
  if (of('cluster_enabled') === '1')
    faults.push('it is a Redis Cluster, in which an event and its place in the log cannot be one moment');
  if (of('role') !== 'master') faults.push('it is a replica, which takes no writes; give the primary');
  if (of('maxmemory_policy') !== 'noeviction')
    faults.push(
      `its maxmemory-policy is ${of('maxmemory_policy')}, so it may drop events that were acknowledged; set noeviction`,
    );
  const waits = settings.appendfsync === 'always' && settings[SKIPPED] === 'no';
  return { run: of('run_id'), onDisk: of('aof_enabled') === '1' && waits, faults };
}
