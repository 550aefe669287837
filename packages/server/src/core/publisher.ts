import { isEventName, TidingsError } from '@tidings/protocol';
import type { Namespaces, ResolvedChannel } from './namespaces.ts';
import type { Broker, PublishReceipt, PublishRequest } from './ports/broker.ts';
import type { Publication } from './ports/publication.ts';
import { assertSchema } from './schema.ts';

export type { Publication } from './ports/publication.ts';

/** The one way into a channel: checks an event against its namespace and hands it to the broker. */
export class Publisher {
  readonly #broker: Broker;
  readonly #namespaces: Namespaces;
  readonly #maxBytes: number;

  /** @param maxBytes of an event's data as JSON. */
  constructor(broker: Broker, namespaces: Namespaces, maxBytes: number) {
    this.#broker = broker;
    this.#namespaces = namespaces;
    this.#maxBytes = maxBytes;
  }

  /**
   * Publishes an event. When the promise is fulfilled the event has its place, and on a durable channel is on disk.
   *
   * @throws TidingsError `bad_channel`, `unknown_namespace`, `bad_event`, `event_rejected`, `message_too_large`,
   * `key_conflict`, `storage_full`, `storage_unavailable`.
   */
  async publish(publication: Publication, channel?: ResolvedChannel): Promise<PublishReceipt> {
    return this.take(publication, channel);
  }

  /**
   * As {@link publish}, with the receipt at once where the broker waits for nothing: on the way of every event, promises
   * cost more than all else that is done for it.
   */
  take(
    publication: Publication,
    resolved = this.#namespaces.resolve(publication.channel),
  ): PublishReceipt | Promise<PublishReceipt> {
    const json = this.check(publication, resolved);
    const { event, key, conflate, user } = publication;
    const { channel, config } = resolved;
    const request: PublishRequest = { channel, event, json, key, conflate, user };
    return (
      this.#broker.publishNow?.(request, config.history) ?? this.#broker.publish(request, config.history)
    );
  }

  /** Checks an event without publishing it, and gives its data as JSON. */
  check(publication: Publication, channel = this.#namespaces.resolve(publication.channel)): string {
    const { event, data = null } = publication;
    if (!isEventName(event)) throw new TidingsError('bad_event');
    const { events } = channel.config;
    if (events) {
      const schema = Object.hasOwn(events, event) ? events[event] : undefined;
      if (!schema)
        throw new TidingsError('event_rejected', `Namespace "${channel.namespace}" has no event "${event}".`);
      assertSchema(schema, data, 'event_rejected');
    }
    const json = JSON.stringify(data);
    if (json === undefined) throw new TidingsError('invalid_request', 'The data is no JSON value.');
    // A character is three bytes at most, so that short data need not be looked at.
    if (json.length * 3 > this.#maxBytes && Buffer.byteLength(json) > this.#maxBytes)
      throw new TidingsError('message_too_large');
    return json;
  }
}
