/**
 * The commands that the protocol itself has: following channels, publishing, reading the past.
 *
 * Authentication, presence and typing are commands too; each stands with its feature.
 *
 * @module
 */
import {
  HistoryData,
  PingData,
  PublishData,
  SubscribeData,
  TidingsError,
  UnsubscribeData,
} from '@tidings/protocol';
import { type CommandDefinition, defineCommand } from './command.ts';
import type { Follower } from './follower.ts';
import { type HistoryParts, readHistory, readPosition } from './history.ts';
import type { Hub } from './hub.ts';
import type { Namespaces } from './namespaces.ts';
import type { Publisher } from './publisher.ts';
import { requireRight } from './rights.ts';
import type { Session } from './session.ts';

export interface ProtocolCommandParts extends HistoryParts {
  readonly hub: Hub;
  readonly namespaces: Namespaces;
  readonly publisher: Publisher;
  readonly follower: Follower;
}

/** The commands of the protocol itself. */
export function protocolCommands(parts: ProtocolCommandParts): readonly CommandDefinition[] {
  const { hub, follower, namespaces, publisher } = parts;

  /** The latest publish of a session that waits for its right. */
  const asking = new WeakMap<Session, Promise<void>>();

  const subscribe = defineCommand({
    name: 'subscribe',
    summary: 'Follow channels, each from a position, from its newest events, or from now.',
    data: SubscribeData,
    live: true,
    // So that who subscribes, unsubscribes and subscribes again in one breath ends where they meant to.
    exclusive: true,
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
    handle(data, { identity, key, session }) {
      const channel = namespaces.resolve(data.channel);
      const send = () => {
        const { event, data: value, conflate } = data;
        return publisher.take(
          { channel: data.channel, event, data: value, conflate, key: data.key ?? key, user: identity.user },
          channel,
        );
      };
      const asked = requireRight(identity, 'publish', channel);
      const before = session && asking.get(session);
      if (!asked && !before) return send();
      // A kit may take its time over a right; what the session publishes later still comes later.
      const turn = Promise.allSettled([before]).then(() => asked);
      if (session) {
        asking.set(session, turn);
        const done = () => asking.get(session) === turn && asking.delete(session);
        turn.then(done, done);
      }
      return turn.then(send);
    },
  });

  const history = defineCommand({
    name: 'history',
    summary: 'Read the past of a channel without following it.',
    data: HistoryData,
    async handle({ channel: name, ...page }, { identity }) {
      const channel = namespaces.resolve(name);
      await requireRight(identity, 'history', channel);
      return readHistory(parts, channel, page);
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
