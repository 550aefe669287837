import { onTestFinished } from 'vitest';
import type { Broker } from '../../core/ports/broker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';

/** What one test runs on: storage that is empty when it begins. */
export interface BrokerFixture {
  /** A broker on the storage; after it was closed, another one may be made. It is not started. */
  create(clock: Clock): Broker;
  /** Makes the disk of durable channels refuse; the result makes it work again. */
  breakStorage?(): () => void;
}

/** A broker that is started, and what it has given out. */
export async function startBroker(fixture: BrokerFixture, clock: Clock = new ManualClock()) {
  const broker = fixture.create(clock);
  const heard: ChannelEvent[] = [];
  await broker.start((event) => heard.push(event));
  onTestFinished(() => broker.close());
  return { broker, heard };
}
