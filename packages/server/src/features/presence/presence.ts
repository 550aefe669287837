/**
 * Presence: who follows a channel now, and who comes and goes.
 *
 * The members of a channel are the users whose sessions follow it, in namespaces with `presence`. Comings and goings are
 * events of the channel `presence:CHANNEL`. The list and these events fit together: a list carries the position of
 * `presence:CHANNEL`, and the list with every event after that position applied is exact. It holds because a change is
 * put into the store before it is told, and the position is read before the store: what was told up to the position is
 * in the list, and what the list has beyond it is told after the position, where hearing it again changes nothing
 * (`join` and `leave` say what is, not what to add). On one node changes, tellings and lists of a channel moreover take
 * turns, so that there is nothing beyond it.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { formatPosition, PresenceData, type PresenceList, TidingsError } from '@tidings/protocol';
import Type from 'typebox';
import { defineCommand } from '../../core/command.ts';
import type { Core } from '../../core/core.ts';
import { type NamespaceOptions, resolveNamespace } from '../../core/namespace.ts';
import type { ResolvedChannel } from '../../core/namespaces.ts';
import type { Broker } from '../../core/ports/broker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { PresenceStore } from '../../core/ports/presence-store.ts';
import { hasRight, requireRight } from '../../core/rights.ts';
import { Membership, presenceChannel } from './membership.ts';
import { type PresenceChange, Roster } from './roster.ts';

export interface PresenceParts {
  readonly core: Pick<Core, 'namespaces' | 'hub' | 'dispatch' | 'publisher'>;
  readonly broker: Broker;
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** Names this node among all. @default a random one */
  readonly node?: string | undefined;
  /** How long a member is kept whom no node has renewed, because its node died, milliseconds. */
  readonly ttl: number;
  /** How long a member who left may come back unnoticed, milliseconds. */
  readonly grace: number;
  /** A change could not be stored or told. */
  readonly onError: (error: unknown) => void;
}

export interface Presence {
  /**
   * Who follows a channel now.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`, `no_presence`.
   */
  list(channel: string): Promise<PresenceList>;
  /** Lets go of the timers. */
  close(): void;
}

/** Comings and goings of five minutes are kept: a client that is away longer asks for the list again. */
const HISTORY = { size: 256, ttl: 5 * 60 * 1000 };

/** Adds presence to a core: the namespace `presence`, the command `presence`, and the watching of the hub. */
export function createPresence(parts: PresenceParts): Presence {
  const { broker, store } = parts;
  const { namespaces, hub, dispatch, publisher } = parts.core;

  /** A channel that keeps presence. */
  const resolve = (name: string): ResolvedChannel => {
    const channel = namespaces.resolve(name);
    if (!channel.config.presence)
      throw new TidingsError('no_presence', `The namespace "${channel.namespace}" keeps no presence.`);
    return channel;
  };

  const mayKnow: NonNullable<NamespaceOptions['rights']>['subscribe'] = ({ rest, identity }) =>
    hasRight(identity, 'presence', resolve(rest));

  namespaces.add(
    resolveNamespace('presence', {
      history: HISTORY,
      rights: { subscribe: mayKnow, publish: 'nobody', presence: 'nobody', typing: 'nobody' },
      events: {
        join: Type.Object({ user: Type.String(), info: Type.Optional(Type.Unknown()) }),
        leave: Type.Object({ user: Type.String() }),
      },
    }),
  );

  const tell = ({ channel, event, user, info }: PresenceChange) =>
    publisher.publish({
      channel: presenceChannel(channel),
      event,
      data: { user, ...(info === undefined ? {} : { info }) },
    });

  const roster = new Roster({ ...parts, node: parts.node ?? randomUUID(), tell });
  hub.observe(new Membership(roster));

  const list = async (name: string): Promise<PresenceList> => {
    const { channel } = resolve(name);
    const told = namespaces.resolve(presenceChannel(channel));
    return roster.inOrder(channel, async () => {
      const { position } = await broker.read(told.channel, told.config.history, {});
      const members = await store.list(channel);
      return { channel, members: [...members], position: formatPosition(position) };
    });
  };

  dispatch.add(
    defineCommand({
      name: 'presence',
      summary: 'Who follows a channel now.',
      data: PresenceData,
      async handle({ channel }, { identity }) {
        await requireRight(identity, 'presence', resolve(channel));
        return list(channel);
      },
    }),
  );

  return { list, close: () => roster.close() };
}
