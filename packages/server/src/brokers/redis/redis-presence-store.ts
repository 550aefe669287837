import type { PresenceMember } from '@tidings/protocol';
import type { PresenceEntry, PresenceKey, PresenceStore } from '../../core/ports/presence-store.ts';
import type { RedisClient } from './redis-client.ts';
import { redisError } from './redis-error.ts';

/**
 * What is kept (names after the prefix, each call one script):
 *
 * - `presence:nodes`: nodes, by when their lease ends.
 * - `presence:node:NODE`: how many sessions a node has, by `CHANNEL USER`.
 * - `presence:channel:CHANNEL`: of each member `i`: order of coming, time of coming, info; `n`: how many nodes say so; `s`:
 *   how many sessions. `#` counts the order.
 */
const NODES = 'presence:nodes';

/** KEYS: nodes, node, channel. ARGV: node, until, channel, user, sessions, at, info. */
const TOUCH = `
local node, until_, channel, user, sessions, at, info = unpack(ARGV)
redis.call('ZADD', KEYS[1], until_, node)
local field = channel .. ' ' .. user
local before = redis.call('HGET', KEYS[2], field)
redis.call('HSET', KEYS[2], field, sessions)
redis.call('HINCRBY', KEYS[3], 's' .. user, tonumber(sessions) - tonumber(before or 0))
local joined = not before and redis.call('HINCRBY', KEYS[3], 'n' .. user, 1) == 1
local order, since
if joined then
  order, since = redis.call('HINCRBY', KEYS[3], '#', 1), at
else
  order, since = string.match(redis.call('HGET', KEYS[3], 'i' .. user), '^(%d+) (%d+)')
end
redis.call('HSET', KEYS[3], 'i' .. user, order .. ' ' .. since .. ' ' .. info)
return joined and 1 or 0
`;

/** KEYS: node, channel, nodes. ARGV: channel, user; node, and by when its lease must have run out, if at all. */
const LEAVE = `
local lease = ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[3], ARGV[3])
if lease and tonumber(lease) > tonumber(ARGV[4]) then return 0 end
local field, user = ARGV[1] .. ' ' .. ARGV[2], ARGV[2]
local before = redis.call('HGET', KEYS[1], field)
if not before then return 0 end
redis.call('HDEL', KEYS[1], field)
redis.call('HINCRBY', KEYS[2], 's' .. user, -tonumber(before))
if redis.call('HINCRBY', KEYS[2], 'n' .. user, -1) > 0 then return 0 end
redis.call('HDEL', KEYS[2], 'i' .. user, 'n' .. user, 's' .. user)
if redis.call('HLEN', KEYS[2]) == 1 then redis.call('DEL', KEYS[2]) end
return 1
`;

/** KEYS: nodes. ARGV: node, until, now. */
const RENEW = `
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return before and tonumber(before) > tonumber(ARGV[3]) and 1 or 0
`;

/** KEYS: nodes. ARGV: now, what keys of nodes begin with. A node of which nothing is left leaves no trace. */
const EXPIRED = `
local found = {}
for _, node in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE')) do
  local said = redis.call('HKEYS', ARGV[2] .. node)
  if #said == 0 then redis.call('ZREM', KEYS[1], node) end
  table.insert(found, { node, said })
end
return found
`;

/** Who is on which channel, over all nodes that share a Redis. */
export class RedisPresenceStore implements PresenceStore {
  readonly #client: RedisClient;
  readonly #prefix: string;

  /** @param prefix what keys begin with. */
  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async touch({ channel, user, node, sessions, info, at }: PresenceEntry, until: number): Promise<boolean> {
    const json = info === undefined ? '' : JSON.stringify(info);
    const args = [node, String(until), channel, user, String(sessions), String(at), json];
    return (await this.#run(TOUCH, [NODES, nodeKey(node), channelKey(channel)], args)) === 1;
  }

  async leave({ channel, user, node }: PresenceKey, expiredBy?: number): Promise<boolean> {
    const args = [channel, user, node, String(expiredBy ?? '')];
    return (await this.#run(LEAVE, [nodeKey(node), channelKey(channel), NODES], args)) === 1;
  }

  async find(channel: string, user: string): Promise<PresenceMember | undefined> {
    const key = this.#prefix + channelKey(channel);
    const [text, sessions] = await this.#client.hmGet(key, [`i${user}`, `s${user}`]).catch(fail);
    return text ? decode(user, text, sessions).member : undefined;
  }

  async list(channel: string): Promise<readonly PresenceMember[]> {
    const fields = await this.#client.hGetAll(this.#prefix + channelKey(channel)).catch(fail);
    return Object.entries(fields)
      .filter(([name]) => name.startsWith('i'))
      .map(([name, text]) => decode(name.slice(1), text, fields[`s${name.slice(1)}`]))
      .sort((a, b) => a.order - b.order)
      .map(({ member }) => member);
  }

  async renew(node: string, until: number, now: number): Promise<boolean> {
    return (await this.#run(RENEW, [NODES], [node, String(until), String(now)])) === 1;
  }

  async expired(now: number): Promise<readonly PresenceKey[]> {
    const args = [String(now), this.#prefix + nodeKey('')];
    const found = (await this.#run(EXPIRED, [NODES], args)) as [string, string[]][];
    return found.flatMap(([node, said]) =>
      said.map((field) => {
        const space = field.indexOf(' ');
        return { channel: field.slice(0, space), user: field.slice(space + 1), node };
      }),
    );
  }

  onBack(listener: () => void): void {
    this.#client.on('ready', listener);
  }

  /** Not by a digest: a script that Redis has forgotten would run after a later one. */
  #run(script: string, keys: readonly string[], args: string[]): Promise<unknown> {
    return this.#client
      .eval(script, { keys: keys.map((key) => this.#prefix + key), arguments: args })
      .catch(fail);
  }
}

/** A member, and when among the others they came. */
function decode(
  user: string,
  text: string,
  count: string | null | undefined,
): { readonly order: number; readonly member: PresenceMember } {
  const [order, since] = text.split(' ', 2);
  const info = text.slice(`${order} ${since} `.length);
  const sessions = Math.max(1, Number(count));
  const member = { user, sessions, since: Number(since), ...(info && { info: JSON.parse(info) }) };
  return { order: Number(order), member };
}

function nodeKey(node: string): string {
  return `presence:node:${node}`;
}

function channelKey(channel: string): string {
  return `presence:channel:${channel}`;
}

function fail(error: unknown): never {
  throw redisError(error);
}
