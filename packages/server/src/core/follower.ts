/**
 * Following channels on a session's behalf: the name, the right, the past, and then what comes.
 *
 * @module
 */
import { type ErrorBody, formatPosition, type Position, TidingsError } from '@tidings/protocol';
import { alignPasts, isResumed } from './align-pasts.ts';
import { readPosition } from './history.ts';
import type { Hub, Joined, SubscribeTarget } from './hub.ts';
import type { Namespaces, ResolvedChannel } from './namespaces.ts';
import { bytesOf, wholePast } from './past.ts';
import type { Broker, Slice, SliceRequest } from './ports/broker.ts';
import type { SubscribedTo } from './ports/dialect.ts';
import type { ResumedChannel } from './ports/transport.ts';
import { requireRight } from './rights.ts';
import type { Session } from './session.ts';

/** A channel to follow; `from` may throw what is wrong with the place it was given. */
export interface Wanted {
  readonly channel: string;
  from(): SliceRequest;
  /** Ask for the session's own right. @default true */
  readonly byRight?: boolean;
}

export interface FollowResult {
  /** One for each that was wanted, in that order. */
  readonly channels: readonly SubscribedTo[];
  /** To be called once the past has been put in line. */
  activate(): void;
  /** To be called instead when the past will not be sent. */
  abandon(): void;
}

/** Of channels that are followed from one place in the log of all. */
export interface LogResult extends FollowResult {
  /** The place in the log at which all that was read ends. */
  readonly head: number;
}

/** What came of a channel that was wanted by its name. */
type Outcome = FollowedChannel | { readonly name: string; readonly error: ErrorBody };

interface FollowedChannel {
  readonly name: string;
  readonly channel: ResolvedChannel;
  readonly request: SliceRequest;
  readonly joined: Joined;
}

/** What is told of a channel's past. */
interface Told extends Pick<Slice, 'position' | 'recovered' | 'events'> {
  readonly head?: Position;
}

export interface FollowerParts {
  /** A rights function or the broker threw something that is no `TidingsError`. */
  readonly onError: (error: unknown) => void;
  readonly hub: Hub;
  readonly broker: Broker;
  readonly namespaces: Namespaces;
  /** The past of all channels followed at once may take so many bytes; what does not fit is told as a gap. */
  readonly resumeBytes: number;
}

export class Follower {
  readonly #parts: FollowerParts;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Each channel succeeds or fails by itself. @throws TidingsError `too_many_channels`. */
  async follow(session: Session, wanted: readonly Wanted[]): Promise<FollowResult> {
    return this.#eachByItself(await this.#join(session, wanted, (from) => from));
  }

  /** @param bound narrows each request in the moment in which the channels are joined, after all rights were asked. */
  async #join(
    session: Session,
    wanted: readonly Wanted[],
    bound: (from: SliceRequest) => SliceRequest,
  ): Promise<readonly Outcome[]> {
    let targets: readonly PromiseSettledResult<SubscribeTarget>[];
    let before: Pick<Session, 'identity' | 'looks'>;
    // What was allowed to who the session is no more, or before it was put out of something, is asked again.
    do {
      before = { identity: session.identity, looks: session.looks };
      targets = await Promise.allSettled(wanted.map((entry) => this.#target(session, entry)));
    } while (session.identity !== before.identity || session.looks !== before.looks);
    const allowed = targets
      .filter((target) => target.status === 'fulfilled')
      .map(({ value }) => ({ ...value, from: bound(value.from) }));
    const outcomes = await this.#parts.hub.subscribe(session, allowed);
    let next = 0;
    return targets.map((target, index): Outcome => {
      const { channel: name } = wanted[index] as Wanted;
      if (target.status === 'rejected') return { name, error: this.#toBody(target.reason) };
      const { channel, from } = allowed[next] as SubscribeTarget;
      const outcome = outcomes[next++] as PromiseSettledResult<Joined>;
      return outcome.status === 'rejected'
        ? { name, error: this.#toBody(outcome.reason) }
        : { name, channel, request: from, joined: outcome.value };
    });
  }

  /** Each channel's past where it still fits. */
  #eachByItself(outcomes: readonly Outcome[]): FollowResult {
    let room = this.#parts.resumeBytes;
    return this.#result(outcomes, ({ joined: { slice } }) => {
      const past = wholePast(slice, room);
      room -= bytesOf(past.events);
      return past;
    });
  }

  #result(outcomes: readonly Outcome[], tell: (followed: FollowedChannel) => Told): FollowResult {
    const { hub } = this.#parts;
    const joined = outcomes.flatMap((outcome) => ('joined' in outcome ? [outcome.joined] : []));
    const channels = outcomes.map((outcome): SubscribedTo => {
      const { name: channel } = outcome;
      if ('error' in outcome) return { channel, error: outcome.error };
      const { position, recovered, events, head } = tell(outcome);
      const { overflow } = outcome.joined.subscription.namespace;
      return {
        channel,
        position: formatPosition(position),
        recovered,
        events,
        ...(head && { head: formatPosition(head) }),
        ...(overflow === 'disconnect' ? {} : { overflow }),
      };
    });
    return { channels, activate: () => hub.activate(joined), abandon: () => hub.abandon(joined) };
  }

  /**
   * Follows channels from one place in the log of all. What is newer than the log's head when they are joined is heard
   * after `activate`, so that everything is in one order, and the sequence of each event that is heard, as well as `head`,
   * is a place in all the channels.
   *
   * A channel that cannot be resumed stands at the position before its first event here, and at the head without any.
   *
   * @param since positions of the client's, by channel; such a channel is followed from there, or from the place in the log
   *   when that is later.
   * @throws what the broker throws.
   */
  async followLog(
    session: Session,
    channels: readonly string[],
    from: SliceRequest,
    since?: ReadonlyMap<string, string>,
  ): Promise<LogResult> {
    const wanted = [...new Set(channels)].map((channel) => ({
      channel,
      from: () => ({ ...from, since: readPosition(since?.get(channel)) }),
    }));
    const { outcomes, head } = await this.#joinThrough(session, wanted);
    const followed = outcomes.filter((outcome) => 'joined' in outcome);
    if (!followed.some(({ request }) => isResumed(request))) return { ...this.#eachByItself(outcomes), head };
    const { broker, resumeBytes } = this.#parts;
    const pasts = followed.map((each) => ({ ...each, slice: each.joined.slice }));
    const slices = await alignPasts(broker, pasts, resumeBytes);
    for (const [index, { joined }] of followed.entries()) joined.slice = slices[index] as Slice;
    const result = this.#result(outcomes, ({ request, joined: { slice } }) =>
      slice.recovered || !isResumed(request) ? slice : beginning(slice),
    );
    return { ...result, head };
  }

  /**
   * Follows channels as a session did that was lost: each from a place in the log of all, or from where that session began
   * to follow it when that is later. What is newer than `head` is heard after `activate`, as of {@link followLog}.
   *
   * A result in which a channel has a gap is of no use: a cut in the middle of the others' past would fill it.
   *
   * @param after what its client has heard; -1 when that is a place that cannot be honoured.
   */
  async resume(session: Session, channels: readonly ResumedChannel[], after: number): Promise<LogResult> {
    const wanted = channels.map(({ channel, from, byRight }) => ({
      channel,
      byRight,
      from: () => ({ after: after < 0 ? after : Math.max(after, from) }),
    }));
    const { outcomes, head } = await this.#joinThrough(session, wanted);
    return { ...this.#eachByItself(outcomes), head };
  }

  async #joinThrough(
    session: Session,
    wanted: readonly Wanted[],
  ): Promise<{ readonly outcomes: readonly Outcome[]; readonly head: number }> {
    let head = this.#parts.broker.head();
    const outcomes = await this.#join(session, wanted, (request) => {
      // Taken before the rights were asked, an event could come after the head and yet before the subscription.
      head = this.#parts.broker.head();
      return { ...request, through: head };
    });
    return { outcomes, head };
  }

  async #target(session: Session, { channel: name, from, byRight = true }: Wanted): Promise<SubscribeTarget> {
    const channel = this.#parts.namespaces.resolve(name);
    const request = from();
    if (byRight) await requireRight(session.identity, 'subscribe', channel);
    return { channel, from: request, byRight };
  }

  #toBody(error: unknown): ErrorBody {
    if (error instanceof TidingsError) return error.toBody();
    this.#parts.onError(error);
    return new TidingsError('internal').toBody();
  }
}

/** A channel that begins at the position before its events. */
function beginning({ position: head, recovered, events }: Slice): Told {
  const position = { epoch: head.epoch, offset: head.offset - events.length };
  return { position, recovered, events, ...(events.length > 0 && { head }) };
}
