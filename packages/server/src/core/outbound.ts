/**
 * What goes out: the events and answers of one tick, collected and written at its end.
 *
 * Each event is encoded once per wire, neighbours of one channel stay together, and a connection gets one write. A
 * session hears events in the order of their `sequence`, over all its channels, which is what makes one cursor a place in
 * all of them. A connection that takes nothing more has a queue, by the policies of its namespaces.
 *
 * @module
 */
import type { Channel } from './channel.ts';
import { type Encoded, encode } from './encode.ts';
import type { HubObservers } from './hub-observers.ts';
import type { Namespace } from './namespace.ts';
import { OverflowQueue } from './overflow-queue.ts';
import { Batch, type Run } from './ports/batch.ts';
import type { ChannelEvent } from './ports/event.ts';
import type { Session, Subscription } from './session.ts';

export interface OutboundOptions {
  /** Bytes that may wait for one session. */
  readonly queue: number;
  /** Runs a callback at the end of the tick. */
  readonly endOfTick: (callback: () => void) => void;
  readonly observers: HubObservers;
  /** Ends a session whose queue is full. */
  readonly giveUp: (session: Session) => void;
}

/** One event's neighbours: events of one channel that came one after the other. */
interface Stretch {
  readonly channel: Channel;
  readonly events: ChannelEvent[];
}

/**
 * What one tick answers to one session may take so many times the queue's cap before it is written; what the connection
 * does not take then waits under the cap. Less would end clients that ask for much and do read.
 */
const ANSWER_BURST = 4;

/** How much of a slow reader's queue is handed to the transport at once, bytes. */
const DRAIN_CHUNK = 64 * 1024;

export class Outbound {
  readonly #options: OutboundOptions;
  #stretches: Stretch[] = [];
  #dirty: Session[] = [];
  #root = Batch.of([]);
  #scheduled = false;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /** Takes an event, to be given at the end of the tick to those who follow its channel by then. */
  collect(channel: Channel, event: ChannelEvent): void {
    const last = this.#stretches.at(-1);
    if (last?.channel === channel) last.events.push(event);
    else this.#stretches.push({ channel, events: [event] });
    this.#schedule();
  }

  /** Sends one message to one session, in order with everything else it hears. */
  send(session: Session, text: string): void {
    if (session.closed) return;
    // Who follows nothing hears no event that it would have to stand behind.
    if (session.subscriptions.size > 0) this.#distribute();
    const frame = session.wire.frame(text);
    if (!session.queue) {
      this.#append(session, [frame]);
      // A client that asks for much and reads nothing must not find it all kept for it.
      if ((session.pending?.bytes ?? 0) > ANSWER_BURST * this.#options.queue) this.write(session);
    } else if (!session.queue.pushDirect(frame, session.connection.buffered)) this.#options.giveUp(session);
  }

  /** Sends one event to one subscriber. */
  sendEvent({ session, namespace }: Subscription, event: ChannelEvent): void {
    this.#give(session, namespace, encode(session.wire, [event]));
  }

  /** Continues with what waited, now that the connection takes more. */
  writable(session: Session): void {
    const { queue } = session;
    if (!queue || session.closed) return;
    while (!queue.empty) {
      if (!session.connection.write(Batch.of(queue.shift(DRAIN_CHUNK)))) return;
    }
    this.tellDropped(session);
    session.queue = undefined;
  }

  /** Tells observers what a slow reader was spared, once that is known. */
  tellDropped(session: Session): void {
    const dropped = session.queue?.dropped ?? 0;
    if (dropped > 0) for (const observer of this.#options.observers.all) observer.dropped?.(session, dropped);
  }

  /** Sends everything collected so far. */
  flush(): void {
    this.#distribute();
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const session of dirty) this.write(session);
    this.#root = Batch.of([]);
  }

  /** Writes what this tick has for a session. */
  write(session: Session): void {
    const batch = session.pending;
    if (!batch) return;
    session.pending = undefined;
    if (!session.connection.write(batch)) session.queue ??= new OverflowQueue(this.#options.queue);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.endOfTick(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Hands the collected events to the sessions that follow them; nothing is written yet. */
  #distribute(): void {
    const stretches = this.#stretches;
    if (stretches.length === 0) return;
    this.#stretches = [];
    for (const { channel, events } of stretches) {
      let sessions = 0;
      for (const [wire, subscriptions] of channel.live) {
        const encoded = encode(wire, events);
        if (encoded.run.length === 0) continue;
        sessions += subscriptions.size;
        for (const { session } of subscriptions) this.#give(session, channel.namespace, encoded);
      }
      for (const observer of this.#options.observers.delivered)
        for (const event of events) observer.delivered?.(event, sessions);
    }
  }

  #give(session: Session, namespace: Namespace, encoded: Encoded): void {
    if (session.queue) this.#enqueue(session, namespace, encoded);
    else this.#append(session, encoded.run);
  }

  #append(session: Session, run: Run): void {
    if (session.closed || run.length === 0) return;
    if (!session.pending) {
      this.#dirty.push(session);
      this.#schedule();
    }
    session.pending = (session.pending ?? this.#root).append(run);
  }

  #enqueue(session: Session, { overflow: policy }: Namespace, { run, events }: Encoded): void {
    for (const [index, { channel, event, conflate = event }] of events.entries()) {
      if (session.closed || !session.queue) return;
      const queued = { frame: run[index] as Run[number], channel, policy, key: conflate };
      if (!session.queue.pushEvent(queued, session.connection.buffered)) this.#options.giveUp(session);
    }
  }
}
