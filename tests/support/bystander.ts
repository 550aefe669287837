import { expect } from 'vitest';
import { Api } from './api.ts';
import { faultsOf } from './checker.ts';
import { Publishers } from './publishers.ts';
import { type Subscriber, startNative } from './subscribers.ts';

/** Where a bystander stands. */
interface Place {
  readonly url: string;
  readonly apiKey: string;
}

/** Someone else on the same server, who follows a channel that is published to all the time. */
export class Bystander {
  readonly #place: Place;
  readonly #channel: string;
  readonly #subscriber: Subscriber;
  readonly #publishers: Publishers;

  private constructor(place: Place, channel: string, subscriber: Subscriber) {
    this.#place = place;
    this.#channel = channel;
    this.#subscriber = subscriber;
    this.#publishers = Publishers.start({ ...place, channels: [channel], count: 1, pause: 20 });
  }

  /** @param namespace one that an anonymous session may follow. */
  static async watch(place: Place, namespace = 'public'): Promise<Bystander> {
    const channel = `${namespace}:bystander-${crypto.randomUUID()}`;
    const subscriber = startNative(place.url, [channel]);
    await subscriber.hearing.until(({ connections }) => connections === 1, 'connected');
    return new Bystander(place, channel, subscriber);
  }

  /** The server is up, and the bystander has heard every event so far, once and in order, without ever being cut off. */
  async expectUnharmed(): Promise<void> {
    await this.#publishers.more(3);
    await this.#publishers.stop();
    const head = this.#publishers.head(this.#channel);
    if (head) await this.#subscriber.hearing.reached(head);
    expect(faultsOf(this.#subscriber.hearing, this.#publishers.acknowledged)).toEqual([]);
    expect(this.#subscriber.hearing.connections).toBe(1);
    expect((await new Api({ url: this.#place.url, bearer: undefined }).get('//healthz')).status).toBe(200);
  }
}
