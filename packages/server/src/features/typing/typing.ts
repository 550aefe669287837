/**
 * Typing: marks that say who is writing, and that end by themselves.
 *
 * A mark is placed by the command `typing` and told on `typing:CHANNEL` as `start` and `stop`. It needs someone to be
 * told of: the user, or `anonymous:SESSION` for an anonymous session whose namespace lets it type; an anonymous call
 * over HTTP is neither. Hearing the marks of a channel needs the right to subscribe to it.
 *
 * @module
 */
import { TidingsError, TypingData } from '@tidings/protocol';
import Type from 'typebox';
import { type Caller, defineCommand } from '../../core/command.ts';
import type { Core } from '../../core/core.ts';
import { visibleName } from '../../core/identity.ts';
import { type NamespaceOptions, resolveNamespace } from '../../core/namespace.ts';
import type { ResolvedChannel } from '../../core/namespaces.ts';
import type { Broker } from '../../core/ports/broker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { hasRight, requireRight } from '../../core/rights.ts';
import { Marks, TOLD_AGAIN_AFTER } from './marks.ts';
import { OrphanedMarks } from './orphaned-marks.ts';
import { UserSessions } from './user-sessions.ts';

export interface TypingParts {
  readonly core: Pick<Core, 'namespaces' | 'hub' | 'dispatch' | 'publisher'>;
  readonly broker: Pick<Broker, 'isOwn'>;
  readonly clock: Clock;
  /** When a mark that is not renewed ends, milliseconds. */
  readonly ttl: number;
  /** The end of a mark could not be told. */
  readonly onError: (error: unknown) => void;
}

export interface Typing {
  /**
   * Begins, renews or ends a mark, as the command `typing` does.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`, `no_typing`, `forbidden`, `unauthenticated`.
   */
  mark(caller: Caller, channel: string, active: boolean): Promise<void>;
  /** Lets go of the timers. */
  close(): void;
}

/** How late another node may tell again that a mark stands, milliseconds. */
const LATE = 5000;

/** Adds typing marks to a core: the namespace `typing`, the command `typing`, and the watching of the hub. */
export function createTyping(parts: TypingParts): Typing {
  const { namespaces, hub, dispatch, publisher } = parts.core;

  /** A channel that takes marks. */
  const resolve = (name: string): ResolvedChannel => {
    const channel = namespaces.resolve(name);
    if (!channel.config.typing)
      throw new TidingsError('no_typing', `The namespace "${channel.namespace}" takes no typing marks.`);
    return channel;
  };

  const mayHear: NonNullable<NamespaceOptions['rights']>['subscribe'] = ({ rest, identity }) =>
    hasRight(identity, 'subscribe', resolve(rest));

  namespaces.add(
    resolveNamespace('typing', {
      // A mark of the past means nothing, and of a user only the newest counts.
      history: { size: 0 },
      overflow: 'conflate',
      rights: { subscribe: mayHear, publish: 'nobody', presence: 'nobody', typing: 'nobody' },
      events: { start: Type.Object({ user: Type.String() }), stop: Type.Object({ user: Type.String() }) },
    }),
  );

  const marks = new Marks({
    ...parts,
    tell: ({ channel, user, event }) =>
      publisher.publish({ channel: `typing:${channel}`, event, data: { user }, conflate: user }),
  });
  hub.observe(new UserSessions((user) => marks.endAll(user)));

  const orphaned = new OrphanedMarks({
    ...parts,
    isOwn: (event) => parts.broker.isOwn(event),
    ttl: TOLD_AGAIN_AFTER + parts.ttl + LATE,
    tell: ({ channel, user, key }) =>
      publisher.publish({ channel: `typing:${channel}`, event: 'stop', data: { user }, conflate: user, key }),
  });
  hub.observe(orphaned);

  const mark: Typing['mark'] = async ({ identity, session }, channel, active) => {
    const user = visibleName(identity, session);
    const resolved = resolve(channel);
    await requireRight(identity, 'typing', resolved);
    if (user === undefined) throw new TidingsError('unauthenticated');
    // A mark of a session that has ended meanwhile would have nobody to end it.
    if (active && !session?.closed) await marks.start(channel, user);
    else await marks.end(channel, user);
  };

  dispatch.add(
    defineCommand({
      name: 'typing',
      summary: 'Begin, renew or end a typing mark.',
      data: TypingData,
      async handle({ channel, active = true }, context) {
        await mark(context, channel, active);
        return {};
      },
    }),
  );

  return {
    mark,
    close() {
      marks.close();
      orphaned.close();
    },
  };
}
