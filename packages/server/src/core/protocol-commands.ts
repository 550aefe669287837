/**
 * The commands that the protocol itself has: following channels, publishing, reading the past.
 *
 * Authentication, presence and typing are commands too; each stands with its feature.
 *
 * @module
 */
import {
  formatPosition,
  HistoryData,
  PingData,
  type Position,
  PublishData,
  parsePosition,
  SubscribeData,
  TidingsError,
  UnsubscribeData,
} from '@tidings/protocol';
import { type CommandDefinition, defineCommand } from './command.ts';
import type { Follower } from './follower.ts';
import type { Hub } from './hub.ts';
import type { Namespaces } from './namespaces.ts';
import type { Broker } from './ports/broker.ts';
import type { ChannelEvent } from './ports/event.ts';
import type { Publisher } from './publisher.ts';
import { requireRight } from './rights.ts';
import type { Session } from './session.ts';

export interface ProtocolCommandParts {
  readonly hub: Hub;
  readonly broker: Broker;
  readonly namespaces: Namespaces;
  readonly publisher: Publisher;
  readonly follower: Follower;
  /** Bytes of data in one page of history. */
  readonly pageBytes: number;
}

/** A position from a client. @throws TidingsError `bad_position`. */
export function readPosition(since: string | undefined): Position | undefined {
  if (since === undefined) return undefined;
  const position = parsePosition(since);
  if (!position) throw new TidingsError('bad_position');
  return position;
}

/** The first events whose data fits, but at least one: a page is never so large that asking for pages grows the server. */
function firstOf(events: readonly ChannelEvent[], bytes: number): readonly ChannelEvent[] {
  let sum = 0;
  const cut = events.findIndex((event, index) => {
    sum += event.json.length;
    return sum > bytes && index > 0;
  });
  return cut === -1 ? events : events.slice(0, cut);
}

/** The commands of the protocol itself. */
export function protocolCommands(parts: ProtocolCommandParts): readonly CommandDefinition[] {
  const { hub, follower, broker, namespaces, publisher, pageBytes } = parts;

  const subscribe = defineCommand({
    name: 'subscribe',
    summary: 'Follow channels, each from a position, from its newest events, or from now.',
    data: SubscribeData,
    live: true,
    async handle({ channels }, context) {
      const { session } = context;
      const wanted = new Map(
        channels.map((entry) =>
          typeof entry === 'string' ? [entry, { channel: entry }] : [entry.channel, entry],
        ),
      );
      const targets = [...wanted.values()].map(
        (entry: { channel: string; since?: string; last?: number }) => ({
          channel: entry.channel,
          from: () => ({ since: readPosition(entry.since), last: entry.last }),
        }),
      );
      const result = await follower.follow(session as Session, targets);
      const failed = result.channels.filter((answer) => 'error' in answer);
      if (failed.length === result.channels.length && failed[0]) {
        const { code, message, ...rest } = failed[0].error;
        throw new TidingsError(code, message, rest);
      }
      if (context.answered) result.abandon();
      else context.afterReply(result.activate);
      return { channels: result.channels };
    },
  });

  const unsubscribe = defineCommand({
    name: 'unsubscribe',
    summary: 'Stop following channels.',
    data: UnsubscribeData,
    live: true,
    handle({ channels }, { session }) {
      return { channels: channels.filter((channel) => hub.unsubscribe(session as Session, channel)) };
    },
  });

  const publish = defineCommand({
    name: 'publish',
    summary: 'Put an event on a channel.',
    data: PublishData,
    handle(data, { identity, key }) {
      const channel = namespaces.resolve(data.channel);
      const send = () => publisher.publish({ key, ...data, user: identity.user }, channel);
      const asked = requireRight(identity, 'publish', channel);
      return asked ? asked.then(send) : send();
    },
  });

  const history = defineCommand({
    name: 'history',
    summary: 'Read the past of a channel without following it.',
    data: HistoryData,
    async handle({ channel: name, since, last, limit = 100 }, { identity }) {
      const channel = namespaces.resolve(name);
      const position = readPosition(since);
      await requireRight(identity, 'history', channel);
      const from = position ? { since: position, last } : { last: last ?? limit };
      const slice = await broker.read(name, channel.config.history, { ...from, limit });
      const events = firstOf(slice.events, pageBytes);
      return {
        channel: name,
        position: formatPosition(slice.position),
        recovered: slice.recovered,
        events,
        more: slice.more || events.length < slice.events.length,
      };
    },
  });

  const ping = defineCommand({
    name: 'ping',
    summary: 'Be answered at once.',
    data: PingData,
    handle: () => ({}),
  });

  return [subscribe, unsubscribe, publish, history, ping] as readonly CommandDefinition[];
}
