import type { EventMessage } from '@tidings/protocol';

/** Content of an event, before it has a place in its channel. */
export interface EventContent {
  readonly channel: string;
  readonly event: string;
  /** The data as JSON text. */
  readonly json: string;
  /** The user who published it; absent when a server did. */
  readonly user?: string | undefined;
  /** The key under which a conflating namespace keeps only the newest event for a slow reader; the event's name when absent. */
  readonly conflate?: string | undefined;
}

/**
 * One entry of a channel.
 *
 * The data is kept as JSON text, because that is what nearly every dialect splices into its frame; `data` parses it
 * when one needs the value.
 */
export class ChannelEvent implements EventContent {
  readonly channel: string;
  readonly event: string;
  readonly json: string;
  readonly user: string | undefined;
  readonly conflate: string | undefined;
  /** Contiguous from 1 within the channel's epoch. */
  readonly offset: number;
  readonly epoch: string;
  /** Unique among all events of the server. */
  readonly id: string;
  /** When the server took it, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Its place in the log of all channels: greater than that of every event delivered before it. */
  readonly sequence: number;

  constructor(content: EventContent, place: EventPlace) {
    this.channel = content.channel;
    this.event = content.event;
    this.json = content.json;
    this.user = content.user;
    this.conflate = content.conflate;
    this.offset = place.offset;
    this.epoch = place.epoch;
    this.id = place.id;
    this.at = place.at;
    this.sequence = place.sequence;
  }

  /** The data as a value of its own; parsed anew on each call. */
  get data(): unknown {
    return JSON.parse(this.json);
  }

  /** The event as `EventMessage` of the protocol. */
  toJSON(): EventMessage {
    const { channel, event, data, offset, epoch, id, at, user } = this;
    return {
      type: 'event',
      channel,
      event,
      data,
      offset,
      epoch,
      id,
      at,
      ...(user === undefined ? {} : { user }),
    };
  }
}

/** Where an event stands. */
export interface EventPlace {
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
  readonly at: number;
  readonly sequence: number;
}
