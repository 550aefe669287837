/**
 * What the broker does in Redis: each script is one moment in which nothing else happens.
 *
 * Beside its arguments every script is given the name of the log that its node knows, and does nothing when Redis has
 * another: it was emptied, or has lost what was not on its disk.
 *
 * What is kept (names after the prefix):
 *
 * - `meta`: name of the log; `seq`, the newest sequence; `n`, the number of the newest entry; what channels that were
 *   never published to begin from (`epoch` and `floor`, of memory channels 0 and of durable ones 1).
 * - `log`: a stream of all events, an entry each, whose id is its sequence.
 * - `channel:NAME`: the place of a channel. `floor` is the sequence of the newest event that is not kept, or of the
 *   beginning; `last` that of the newest event.
 * - `events:NAME`: the past of a channel, a sorted set by sequence: its ranks are offsets, so that the one is found from the
 *   other in logarithmic time.
 * - `channels`: the names of channels, in order.
 * - `key:NAME KEY`: what a publish with an idempotency key was answered.
 *
 * @module
 */

/** Redis has another log than the caller knows. */
export const OTHER_LOG = 'OTHERLOG';

/** A key was used with other content. */
export const CONFLICT = 'conflict';

/** Entries that the log holds, about: what a node that was cut off may miss and still read. */
const LOG_ENTRIES = 50_000;

const COMMON = `
local function text(number) return string.format('%.0f', number) end
local function later(a, b) return tonumber(a) > tonumber(b) end
`;

/** KEYS: meta. ARGV: the log. */
const META = `
${COMMON}
local meta = redis.call('HMGET', KEYS[1], 'log', 'seq', 'n', 'epoch0', 'floor0', 'epoch1', 'floor1')
if meta[1] ~= ARGV[1] then return redis.error_reply('${OTHER_LOG} Redis has another log.') end
local seq, n = tonumber(meta[2]), tonumber(meta[3])
local function begin(name, kind)
  local epoch, floor = meta[4], meta[5]
  if kind == '1' then epoch, floor = meta[6], meta[7] end
  return { string.sub(redis.sha1hex(epoch .. ' ' .. name), 1, 12), 0, floor, floor }
end
-- The place of a channel: epoch, offset, floor, last; and whether it has a past.
local function place(key, name, kind)
  local it = redis.call('HMGET', key, 'epoch', 'offset', 'floor', 'last', 'log')
  if it[5] ~= meta[1] then return begin(name, kind), false end
  it[2] = tonumber(it[2])
  return it, true
end
-- What channels that have no past begin from is another from now on.
local function renew(kind, seed)
  local epoch = redis.sha1hex(meta[kind == '1' and 6 or 4] .. seed)
  redis.call('HSET', KEYS[1], 'epoch' .. kind, epoch, 'floor' .. kind, text(seq))
end
`;

/**
 * Finds the log, or begins one: there is none, or what it had may be lost.
 *
 * KEYS: meta, log. ARGV: a name for a new log; Redis' run; time; whether Redis answers only what is on its disk; the log and
 * sequence that the node knows. Returns: log, sequence, number.
 */
export const OPEN = `
${COMMON}
local meta = redis.call('HMGET', KEYS[1], 'log', 'run', 'seq', 'n', 'disk')
local log, run, seq, n, disk = unpack(meta)
local lost = log and run ~= ARGV[2] and not (disk == '1' and ARGV[4] == '1')
if log and log == ARGV[5] and later(ARGV[6], seq) then lost = true end
if not log or lost then
  log = ARGV[1]
  seq = text(math.max(tonumber(ARGV[3]) * 1000, tonumber(ARGV[6]), tonumber(seq or 0)) + 1)
  -- Numbers of different logs do not meet.
  n = seq
  redis.call('HSET', KEYS[1], 'log', log, 'seq', seq, 'n', n, 'epoch0', log .. '0', 'floor0', seq,
    'epoch1', log .. '1', 'floor1', seq)
  redis.call('DEL', KEYS[2])
end
redis.call('HSET', KEYS[1], 'run', ARGV[2], 'disk', ARGV[4])
return { log, seq, n }
`;

/**
 * KEYS: meta, log, channel, events, channels, key. ARGV: log; time; size and ttl of the history; whether durable; channel;
 * node and token; the event; a digest of it when there is a key, and the key's window.
 * Returns: number, offset, epoch, sequence, node.
 */
export const PUBLISH = `
${META}
local now, size, name, hash = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[6], ARGV[9]
if hash ~= '' then
  local before = redis.call('GET', KEYS[6]) or ''
  local log, until_, said, offset, epoch, id, node = string.match(before, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  if log == meta[1] and tonumber(until_) > now then
    if said ~= hash then return '${CONFLICT}' end
    return { text(n), offset, epoch, id, node }
  end
end
local it, known = place(KEYS[3], name, ARGV[5])
local epoch, offset, floor, last = unpack(it)
offset = offset + 1
seq = math.max(seq + 1, now * 1000)
n = n + 1
local id = text(seq)
-- First of all, since a Redis that is full refuses the first that takes memory, and nothing after it.
redis.call('HSET', KEYS[1], 'seq', id, 'n', text(n))
if not known then
  redis.call('DEL', KEYS[4])
  redis.call('ZADD', KEYS[5], 0, name)
end
local event = id .. ' ' .. text(now) .. ' ' .. ARGV[7] .. '\\n' .. ARGV[8]
local kept = redis.call('ZCARD', KEYS[4])
if kept == 0 then floor = last end
if size == 0 then
  floor = id
else
  redis.call('ZADD', KEYS[4], id, event)
  local surplus = kept + 1 - size
  if surplus > 0 then
    floor = redis.call('ZRANGE', KEYS[4], surplus - 1, surplus - 1, 'WITHSCORES')[2]
    floor = text(tonumber(floor))
    redis.call('ZREMRANGEBYRANK', KEYS[4], 0, surplus - 1)
  end
  if ARGV[4] ~= '' then redis.call('PEXPIRE', KEYS[4], ARGV[4]) end
end
redis.call('HSET', KEYS[3], 'log', meta[1], 'epoch', epoch, 'offset', offset, 'floor', floor, 'last', id,
  'kind', ARGV[5], 'at', ARGV[2])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ${LOG_ENTRIES}, id .. '-0', 'e',
  text(n) .. ' ' .. text(offset) .. ' ' .. epoch .. ' ' .. name .. '\\n' .. event)
local node = string.match(ARGV[7], '^%S+')
if hash ~= '' and tonumber(ARGV[10]) > 0 then
  local answer = { meta[1], text(now + tonumber(ARGV[10])), hash, text(offset), epoch, id, node }
  redis.call('SET', KEYS[6], table.concat(answer, ' '), 'PX', ARGV[10])
end
return { text(n), text(offset), epoch, id, node }
`;

/**
 * KEYS: meta, channel, events. ARGV: log; the newest time that is too old; whether durable; channel; epoch and offset of
 * `since`; `after`; `through`; `last`; `limit` (empty for none).
 * Returns: number, epoch, offset, 1 when recovered, 1 when there is more, the offset before the first event; events.
 */
export const READ = `
${META}
local it, known = place(KEYS[2], ARGV[4], ARGV[3])
local epoch, offset, floor, last = unpack(it)
-- What is too old goes, up to the first that is not: time may have been set back.
local gone, page, old = 0, 1, known
while old do
  local events = redis.call('ZRANGE', KEYS[3], gone, gone + page - 1)
  old = #events == page
  for _, event in ipairs(events) do
    local id, at = string.match(event, '^(%d+) (%d+)')
    if later(at, ARGV[2]) then
      old = false
      break
    end
    gone, floor = gone + 1, id
  end
  page = math.min(page * 2, 100)
end
if gone > 0 then
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, gone - 1)
  redis.call('HSET', KEYS[2], 'floor', floor)
end
local kept = 0
if known then kept = redis.call('ZCARD', KEYS[3]) end
if kept == 0 then floor = last end
local oldest = offset - kept
local function through(id) return oldest + (known and redis.call('ZCOUNT', KEYS[3], '-inf', id) or 0) end
local head = offset
if ARGV[8] ~= '' then head = through(ARGV[8]) end
local recovered, from = 0, oldest
local since = tonumber(ARGV[6])
if ARGV[5] == epoch and since >= oldest and since <= head then recovered, from = 1, since end
if ARGV[7] ~= '' and not later(floor, ARGV[7]) then
  recovered, from = 1, math.max(from, through(ARGV[7]))
end
if recovered == 0 then from = math.max(oldest, head - tonumber(ARGV[9])) end
local count = head - from
if ARGV[10] ~= '' then count = math.min(count, tonumber(ARGV[10])) end
local events = {}
if count > 0 then events = redis.call('ZRANGE', KEYS[3], from - oldest, from - oldest + count - 1) end
return { text(n), epoch, text(head), recovered, from + #events < head and 1 or 0, text(from), events }
`;

/** KEYS: meta, channel, events, channels. ARGV: log; whether durable; channel; a seed. */
export const CLEAR = `
${META}
renew(ARGV[2], ARGV[4])
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('ZREM', KEYS[4], ARGV[3])
return text(n)
`;

/**
 * KEYS: meta, channels. ARGV: log; what keys of channels and of their events begin with; prefix, after, limit.
 * Returns: name, epoch, offset and number of events of each.
 */
export const LIST = `
${META}
local prefix, after, limit = ARGV[4], ARGV[5], tonumber(ARGV[6])
local from = '[' .. prefix
if after >= prefix then from = '(' .. after end
local to = prefix == '' and '+' or '[' .. prefix .. '\\255'
local found = {}
while #found < limit do
  local names = redis.call('ZRANGE', KEYS[2], from, to, 'BYLEX', 'LIMIT', 0, limit)
  for _, name in ipairs(names) do
    from = '(' .. name
    local it, known = place(ARGV[2] .. name, name, '0')
    if known and #found < limit then
      table.insert(found, { name, it[1], text(it[2]), redis.call('ZCARD', ARGV[3] .. name) })
    end
  end
  if #names < limit then break end
end
return found
`;

/**
 * Forgets, of so many channels after a name, those of a lost log, and memory channels that have been empty and unused for
 * long. What such channels begin from changes, so that their places of before are no places any more.
 *
 * KEYS: meta, channels. ARGV: log; what keys of channels and of their events begin with; after; how many; the newest time
 * that is long ago; a seed. Returns the name to go on after, or an empty one at the end.
 */
export const SWEEP = `
${META}
local after, count = ARGV[4], tonumber(ARGV[5])
local names = redis.call('ZRANGE', KEYS[2], '(' .. after, '+', 'BYLEX', 'LIMIT', 0, count)
local forgotten = false
for _, name in ipairs(names) do
  local it = redis.call('HMGET', ARGV[2] .. name, 'log', 'kind', 'at')
  local alive = it[1] == meta[1]
  local idle = alive and it[2] == '0' and not later(it[3], ARGV[6]) and redis.call('EXISTS', ARGV[3] .. name) == 0
  if idle or not alive then
    redis.call('DEL', ARGV[2] .. name, ARGV[3] .. name)
    redis.call('ZREM', KEYS[2], name)
    forgotten = forgotten or idle
  end
end
if forgotten then renew('0', ARGV[7]) end
if #names < count then return '' end
return names[count]
`;

/** KEYS: meta. ARGV: log. Returns the number of the newest entry. */
export const NEWEST = `
${META}
return text(n)
`;

/** What Redis is to know by its digest. */
export const SCRIPTS: readonly string[] = [PUBLISH, READ, CLEAR, LIST, SWEEP, NEWEST];
