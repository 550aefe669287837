/**
 * Following channels on a session's behalf: the name, the right, the past, and then what comes.
 *
 * @module
 */
import { type ErrorBody, formatPosition, TidingsError } from '@tidings/protocol';
import { readPosition } from './history.ts';
import type { Hub, Joined, SubscribeTarget } from './hub.ts';
import type { Namespaces } from './namespaces.ts';
import type { Broker, Slice, SliceRequest } from './ports/broker.ts';
import type { SubscribedTo } from './ports/dialect.ts';
import type { ChannelEvent } from './ports/event.ts';
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

export interface FollowerParts {
  /** A rights function or the broker threw something that is no `TidingsError`. */
  readonly onError: (error: unknown) => void;
  readonly hub: Hub;
  readonly broker: Broker;
  readonly namespaces: Namespaces;
  /** The past of all channels followed at once may take so many bytes; a channel that does not fit is told as a gap. */
  readonly resumeBytes: number;
}

export class Follower {
  readonly #parts: FollowerParts;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Each channel succeeds or fails by itself. @throws TidingsError `too_many_channels`. */
  follow(session: Session, wanted: readonly Wanted[]): Promise<FollowResult> {
    return this.#follow(session, wanted, (from) => from);
  }

  /** @param bound narrows each request in the moment in which the channels are joined, after all rights were asked. */
  async #follow(
    session: Session,
    wanted: readonly Wanted[],
    bound: (from: SliceRequest) => SliceRequest,
  ): Promise<FollowResult> {
    const targets = await this.#targets(session, wanted);
    const allowed = targets
      .filter((target) => target.status === 'fulfilled')
      .map(({ value }) => ({ ...value, from: bound(value.from) }));
    const outcomes = await this.#parts.hub.subscribe(session, allowed);
    const joined: Joined[] = [];
    let room = this.#parts.resumeBytes;
    const next = outcomes.values();
    const channels = targets.map((target, index): SubscribedTo => {
      const { channel } = wanted[index] as Wanted;
      const outcome =
        target.status === 'fulfilled' ? (next.next().value as PromiseSettledResult<Joined>) : target;
      if (outcome.status === 'rejected') return { channel, error: this.#toBody(outcome.reason) };
      joined.push(outcome.value);
      const { subscription, slice } = outcome.value;
      const { overflow } = subscription.namespace;
      const past = pastOf(slice, room);
      room -= bytesOf(past.events);
      return { channel, ...past, ...(overflow === 'disconnect' ? {} : { overflow }) };
    });
    const { hub } = this.#parts;
    return { channels, activate: () => hub.activate(joined), abandon: () => hub.abandon(joined) };
  }

  /**
   * Follows channels from one place in the log of all. What is newer than the log's head when they are joined is heard
   * after `activate`, so that everything is in one order and `head` is a place in all the channels.
   *
   * @param since positions of the client's, by channel; such a channel is followed from there instead.
   */
  async followLog(
    session: Session,
    channels: readonly string[],
    from: SliceRequest,
    since?: ReadonlyMap<string, string>,
  ): Promise<FollowResult & { readonly head: number }> {
    return this.#followThrough(
      session,
      [...new Set(channels)].map((channel) => ({
        channel,
        from: () => {
          const position = readPosition(since?.get(channel));
          return position ? { since: position, last: from.last } : from;
        },
      })),
    );
  }

  /**
   * Follows channels as a session did that was lost: each from a place in the log of all, or from where that session began
   * to follow it when that is later. Otherwise as {@link followLog}.
   *
   * @param after what its client has heard; -1 when that is a place that cannot be honoured.
   */
  async resume(
    session: Session,
    channels: readonly ResumedChannel[],
    after: number,
  ): Promise<FollowResult & { readonly head: number }> {
    return this.#followThrough(
      session,
      channels.map(({ channel, from, byRight }) => ({
        channel,
        byRight,
        from: () => ({ after: after < 0 ? after : Math.max(after, from) }),
      })),
    );
  }

  async #followThrough(
    session: Session,
    wanted: readonly Wanted[],
  ): Promise<FollowResult & { readonly head: number }> {
    let head = this.#parts.broker.head();
    const result = await this.#follow(session, wanted, (request) => {
      // Taken before the rights were asked, an event could come after the head and yet before the subscription.
      head = this.#parts.broker.head();
      return { ...request, through: head };
    });
    return { ...result, head };
  }

  /** Asks for rights again when the session got another identity while it was asked. */
  async #targets(
    session: Session,
    wanted: readonly Wanted[],
  ): Promise<readonly PromiseSettledResult<SubscribeTarget>[]> {
    for (;;) {
      const { identity } = session;
      const targets = await Promise.allSettled(wanted.map((entry) => this.#target(session, entry)));
      if (session.identity === identity) return targets;
    }
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

/** The past as it is sent: all of it, or none where it does not fit. */
function pastOf({ position, recovered, events }: Slice, room: number) {
  const fits = bytesOf(events) <= room;
  return { position: formatPosition(position), recovered: recovered && fits, events: fits ? events : [] };
}

function bytesOf(events: readonly ChannelEvent[]): number {
  return events.reduce((sum, event) => sum + event.json.length, 0);
}
