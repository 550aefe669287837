/**
 * Sessions of Socket.IO in Redis, so that a client finds its own again on whichever node it comes back to.
 *
 * A session belongs to the node that last saved it first, or that a client came back to: what another node still says of it,
 * because it notices late that the connection is gone, does not count. A node that dies leaves sessions behind that nobody
 * saw leave; they have left once its lease has run out.
 *
 * Nothing here needs to be on disk: when Redis loses something, the log of all events has another name, and no session of
 * before is recovered.
 *
 * @module
 */
import { hash, randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { RecoveryRecord, RecoveryStore } from '../../core/ports/recovery-store.ts';
import type { RedisClient } from './redis-client.ts';
import { redisError } from './redis-error.ts';

export interface RedisRecoveryStoreOptions {
  readonly client: RedisClient;
  /** What keys begin with. */
  readonly prefix: string;
  readonly clock: Clock;
  /** The lease could not be renewed. */
  readonly onError: (error: unknown) => void;
}

/** How long a node lives on without a sign, milliseconds; it gives three. */
const LEASE = 30_000;
const RENEWALS = 3;

/** Records that one script deletes. */
const SWEEP_PAGE = 1000;

/**
 * What is kept (names after the prefix, each call one script):
 *
 * - `recovery:nodes`: nodes, by when their lease ends.
 * - `recovery:node:NODE`: its sessions that are there.
 * - `recovery:left`: sessions that are not, by when they left.
 * - `recovery:session:SESSION`: `node`, `record`, and `left` when it has.
 */
const COMMON = `
local prefix, node = ARGV[1], ARGV[2]
local function of(name) return prefix .. 'recovery:' .. name end
local function leave(id, owner, at)
  redis.call('HSET', of('session:' .. id), 'left', at)
  redis.call('ZADD', of('left'), at, id)
  redis.call('SREM', of('node:' .. owner), id)
end
`;

/** ARGV: prefix, node; of each session its name, record, and when it left. */
const SAVE = `
${COMMON}
for at = 3, #ARGV, 3 do
  local id, record, left = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local owner = redis.call('HGET', of('session:' .. id), 'node')
  if not owner or owner == node then
    redis.call('HSET', of('session:' .. id), 'node', node, 'record', record)
    if left == '' then
      redis.call('HDEL', of('session:' .. id), 'left')
      redis.call('ZREM', of('left'), id)
      redis.call('SADD', of('node:' .. node), id)
    else
      leave(id, node, left)
    end
  end
end
`;

/** ARGV: prefix, node, session, now. Returns its record, and when it left. */
const LOAD = `
${COMMON}
local id = ARGV[3]
local owner, record, left = unpack(redis.call('HMGET', of('session:' .. id), 'node', 'record', 'left'))
if not record then return false end
if owner ~= node then
  if not left then
    left = ARGV[4]
    local lease = redis.call('ZSCORE', of('nodes'), owner)
    if lease and tonumber(lease) < tonumber(left) then left = lease end
    leave(id, owner, left)
  end
  redis.call('HSET', of('session:' .. id), 'node', node)
end
return { record, left or '' }
`;

/** ARGV: prefix, node, sessions. */
const DELETE = `
${COMMON}
for at = 3, #ARGV do
  local id = ARGV[at]
  if redis.call('HGET', of('session:' .. id), 'node') == node then
    redis.call('DEL', of('session:' .. id))
    redis.call('ZREM', of('left'), id)
    redis.call('SREM', of('node:' .. node), id)
  end
end
`;

/** Of nodes whose lease has run out, all sessions have left. ARGV: prefix, node, now. */
const BURY = `
${COMMON}
for _, dead in ipairs(redis.call('ZRANGE', of('nodes'), '-inf', '(' .. ARGV[3], 'BYSCORE')) do
  for _, id in ipairs(redis.call('SMEMBERS', of('node:' .. dead))) do leave(id, dead, ARGV[3]) end
  redis.call('ZREM', of('nodes'), dead)
end
`;

/** ARGV: prefix, node, before, how many. Returns how many are gone. */
const SWEEP = `
${COMMON}
local ids = redis.call('ZRANGE', of('left'), '-inf', '(' .. ARGV[3], 'BYSCORE', 'LIMIT', 0, ARGV[4])
for _, id in ipairs(ids) do
  redis.call('DEL', of('session:' .. id))
  redis.call('ZREM', of('left'), id)
end
return #ids
`;

export class RedisRecoveryStore implements RecoveryStore {
  readonly #options: RedisRecoveryStoreOptions;
  readonly #node = randomUUID();
  #renewal: Timer | undefined;

  constructor(options: RedisRecoveryStoreOptions) {
    this.#options = options;
  }

  async open(now: number): Promise<void> {
    const { client, clock, onError } = this.#options;
    await this.#lease(now + LEASE);
    await this.#run(BURY, [String(now)]);
    const renew = () => {
      if (this.#renewal) this.#lease(clock.now() + LEASE).catch(onError);
    };
    this.#renewal = clock.every(LEASE / RENEWALS, renew);
    // Redis was away, and the lease may have run out meanwhile.
    client.on('ready', renew);
  }

  async save(records: readonly RecoveryRecord[]): Promise<void> {
    const args = records.flatMap(({ pid, leftAt, ...record }) => [
      digest(pid),
      JSON.stringify(record),
      String(leftAt ?? ''),
    ]);
    await this.#run(SAVE, args);
  }

  async load(pid: string): Promise<RecoveryRecord | undefined> {
    const found = await this.#run(LOAD, [digest(pid), String(this.#options.clock.now())]);
    if (!found) return undefined;
    const [json, left] = found as [string, string];
    const record = JSON.parse(json) as Omit<RecoveryRecord, 'pid' | 'leftAt'>;
    const { user, expiresAt, tokenId, issuedAt } = record.identity;
    return {
      ...record,
      identity: { ...record.identity, user, expiresAt, tokenId, issuedAt },
      pid,
      leftAt: left === '' ? undefined : Number(left),
    };
  }

  async delete(pids: readonly string[]): Promise<void> {
    await this.#run(DELETE, pids.map(digest));
  }

  async sweep(before: number): Promise<void> {
    await this.#run(BURY, [String(this.#options.clock.now())]);
    let gone: unknown;
    do gone = await this.#run(SWEEP, [String(before), String(SWEEP_PAGE)]);
    while (gone === SWEEP_PAGE);
  }

  async close(): Promise<void> {
    if (!this.#renewal) return;
    this.#renewal.cancel();
    this.#renewal = undefined;
    // Whoever is still here has left when another node, or the next of this one, looks.
    await this.#lease(0).catch(this.#options.onError);
  }

  async #lease(until: number): Promise<void> {
    const { client, prefix } = this.#options;
    const lease = { value: this.#node, score: until };
    await client.zAdd(`${prefix}recovery:nodes`, lease).catch((error) => {
      throw redisError(error);
    });
  }

  #run(script: string, args: readonly string[]): Promise<unknown> {
    const { client, prefix } = this.#options;
    return client.eval(script, { arguments: [prefix, this.#node, ...args] }).catch((error) => {
      throw redisError(error);
    });
  }
}

/** A pid is a secret that opens a session, so it is not kept as it is. */
function digest(pid: string): string {
  return hash('sha256', pid, 'base64url');
}
