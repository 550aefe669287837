/**
 * The hub knows who is there and who follows what, on this node, and gives every event to everyone who follows its
 * channel.
 *
 * @module
 */
import { type Disconnect, disconnect, TidingsError } from '@tidings/protocol';
import { catchUp, isAfter } from './catch-up.ts';
import { Channel } from './channel.ts';
import type { HubObserver } from './hub-observer.ts';
import { HubObservers } from './hub-observers.ts';
import type { Identity } from './identity.ts';
import type { ResolvedChannel } from './namespaces.ts';
import { Outbound } from './outbound.ts';
import type { Broker, Slice, SliceRequest } from './ports/broker.ts';
import type { ChannelEvent } from './ports/event.ts';
import type { Session, Subscription, Waiting } from './session.ts';

/** What a session wants to follow, and from where. */
export interface SubscribeTarget {
  readonly channel: ResolvedChannel;
  readonly from: SliceRequest;
  /** The session's own right was asked, and is to be asked again when its identity changes. @default false */
  readonly byRight?: boolean;
}

/** A subscription that is not live yet, and the past to send before it is. */
export interface Joined {
  readonly subscription: Subscription;
  slice: Slice;
  /** What waits for this past and no other: the latest `subscribe` of a channel decides where a session stands in it. */
  readonly waiting: Waiting;
}

export interface HubOptions {
  readonly broker: Broker;
  readonly limits: {
    /** Bytes that may wait for one session. */
    readonly queue: number;
    /** Channels that one session may follow. */
    readonly channels: number;
  };
  /** Runs a callback at the end of the tick. @default setImmediate */
  readonly endOfTick?: (callback: () => void) => void;
}

export class Hub {
  readonly #broker: Broker;
  readonly #limits: HubOptions['limits'];
  readonly #outbound: Outbound;
  readonly #channels = new Map<string, Channel>();
  readonly #sessions = new Map<string, Session>();
  readonly #observers = new HubObservers();

  constructor(options: HubOptions) {
    this.#broker = options.broker;
    this.#limits = options.limits;
    this.#outbound = new Outbound({
      queue: options.limits.queue,
      endOfTick: options.endOfTick ?? setImmediate,
      observers: this.#observers,
      giveUp: (session) => this.disconnect(session, disconnect('slow_consumer')),
    });
  }

  observe(observer: HubObserver): void {
    this.#observers.add(observer);
  }

  // Sessions

  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  get channels(): ReadonlyMap<string, Channel> {
    return this.#channels;
  }

  open(session: Session): void {
    // A client that resumes under its id may come before its lost connection was noticed.
    const before = this.#sessions.get(session.id);
    if (before) this.disconnect(before, disconnect('disconnected'));
    this.#sessions.set(session.id, session);
    for (const observer of this.#observers.all) observer.opened?.(session);
  }

  /** Forgets a session. A transport calls this once its connection has ended, for whatever reason. */
  close(session: Session): void {
    if (this.#sessions.get(session.id) !== session) return;
    this.#sessions.delete(session.id);
    session.closed ??= disconnect('disconnected');
    for (const subscription of session.subscriptions.values()) this.#leave(subscription);
    session.pending = undefined;
    session.queue?.clear();
    this.#outbound.tellDropped(session);
    for (const observer of this.#observers.all) observer.closed?.(session);
  }

  /** Binds a session to another identity. */
  identify(session: Session, identity: Identity): void {
    const before = session.identity;
    session.identity = identity;
    session.provisional = false;
    for (const observer of this.#observers.all) observer.identified?.(session, before);
  }

  /** Tells a client why and ends its session. */
  disconnect(session: Session, notice: Disconnect): void {
    if (session.closed) return;
    session.closed = notice;
    this.#outbound.write(session);
    session.queue?.clear();
    session.connection.close(notice);
    this.close(session);
  }

  // Following channels

  /**
   * Begins to follow channels and reads their past. What comes from now on waits until {@link activate}, so that the
   * caller sends the past first and nothing falls between.
   *
   * @throws TidingsError `too_many_channels`.
   */
  async subscribe(
    session: Session,
    targets: readonly SubscribeTarget[],
  ): Promise<readonly PromiseSettledResult<Joined>[]> {
    const added = new Set(
      targets.map(({ channel }) => channel.channel).filter((name) => !session.subscriptions.has(name)),
    );
    if (session.subscriptions.size + added.size > this.#limits.channels)
      throw new TidingsError('too_many_channels');
    const outcomes = await Promise.allSettled(targets.map((target) => this.#join(session, target)));
    this.flush();
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') continue;
      const { from } = targets[index] as SubscribeTarget;
      const { subscription, slice, waiting } = outcome.value;
      const newest = waiting.events.at(-1);
      const inPast = waiting.events.findLast((event) => !isAfter(event, slice.position));
      outcome.value.slice = catchUp(slice, waiting, from);
      // Told with the past, it is nothing that a session which comes back has missed.
      const told = outcome.value.slice === slice ? inPast : newest;
      if (told) subscription.from = told.sequence;
    }
    return outcomes;
  }

  async #join(
    session: Session,
    { channel: { channel: name, config }, from, byRight = false }: SubscribeTarget,
  ): Promise<Joined> {
    // Events of this tick are already in the history that is about to be read; they go out to the others first.
    this.flush();
    if (session.closed) throw new TidingsError('unavailable', 'The session has ended.');
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = new Channel(name, config);
      this.#channels.set(name, channel);
    }
    const before = session.subscriptions.get(name);
    const subscription: Subscription = before ?? {
      session,
      channel: name,
      namespace: config,
      from: this.#broker.head(),
      byRight,
      announced: false,
      waiting: undefined,
    };
    const waiting: Waiting = { events: [], bytes: 0 };
    subscription.waiting = waiting;
    subscription.byRight &&= byRight;
    channel.delete(subscription);
    channel.joining.add(subscription);
    session.subscriptions.set(name, subscription);
    try {
      const slice = await this.#broker.read(name, config.history, from);
      if (session.closed || session.subscriptions.get(name) !== subscription)
        throw new TidingsError('not_subscribed', 'The channel was left before it could be joined.');
      if (!subscription.announced) {
        subscription.announced = true;
        for (const observer of this.#observers.all) observer.subscribed?.(subscription);
      }
      return { subscription, slice, waiting };
    } catch (error) {
      if (subscription.waiting === waiting) this.#drop(subscription);
      throw error;
    }
  }

  /** Makes subscriptions live, after their past has been sent. What waited goes out in the order of the log. */
  activate(joined: readonly Joined[]): void {
    this.flush();
    const waited: { readonly subscription: Subscription; readonly event: ChannelEvent }[] = [];
    for (const { subscription, slice, waiting } of joined) {
      const channel = this.#channels.get(subscription.channel);
      if (subscription.waiting !== waiting || !channel?.joining.delete(subscription)) continue;
      subscription.waiting = undefined;
      channel.add(subscription);
      for (const event of waiting.events)
        if (isAfter(event, slice.position)) waited.push({ subscription, event });
    }
    waited.sort((a, b) => a.event.sequence - b.event.sequence);
    for (const { subscription, event } of waited) this.#outbound.sendEvent(subscription, event);
  }

  /** Gives up subscriptions that were joined and will not be activated. */
  abandon(joined: readonly Joined[]): void {
    for (const { subscription, waiting } of joined)
      if (subscription.waiting === waiting) this.#drop(subscription);
  }

  /** @returns whether the session followed the channel. */
  unsubscribe(session: Session, name: string): boolean {
    session.looks += 1;
    const subscription = session.subscriptions.get(name);
    if (!subscription || session.closed) return false;
    this.flush();
    this.#drop(subscription);
    return true;
  }

  #drop(subscription: Subscription): void {
    const { subscriptions, closed } = subscription.session;
    // Of a session that has ended nothing is told one by one.
    if (closed || subscriptions.get(subscription.channel) !== subscription) return;
    subscriptions.delete(subscription.channel);
    this.#leave(subscription);
    if (!subscription.announced) return;
    for (const observer of this.#observers.all) observer.unsubscribed?.(subscription);
  }

  #leave(subscription: Subscription): void {
    const channel = this.#channels.get(subscription.channel);
    channel?.delete(subscription);
    if (channel?.empty) this.#channels.delete(channel.name);
  }

  // Sending

  /** Takes an event from the broker, to be given out at the end of the tick. */
  deliver(event: ChannelEvent): void {
    for (const observer of this.#observers.published) observer.published?.(event);
    const channel = this.#channels.get(event.channel);
    if (!channel) return;
    if (channel.joining.size > 0) for (const subscription of channel.joining) this.#hold(subscription, event);
    this.#outbound.collect(channel, event);
  }

  /** Keeps an event until the past has been sent before it. */
  #hold({ session, waiting }: Subscription, event: ChannelEvent): void {
    if (!waiting) return;
    waiting.events.push(event);
    waiting.bytes += event.json.length;
    // A history that is not to be read must not make the server grow.
    if (waiting.bytes > this.#limits.queue) this.disconnect(session, disconnect('server_error'));
  }

  /** Sends one message to one session, in order with everything else it hears. */
  send(session: Session, text: string): void {
    this.#outbound.send(session, text);
  }

  /** Continues with what waited, now that the connection takes more. A transport calls this. */
  writable(session: Session): void {
    this.#outbound.writable(session);
  }

  /** Sends everything collected so far. Called at the end of a tick by itself. */
  flush(): void {
    this.#outbound.flush();
  }
}
