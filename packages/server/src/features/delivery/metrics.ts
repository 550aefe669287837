import { Counter, Gauge, type Registry } from 'prom-client';
import type { Inbox } from '../inbox/index.ts';
import type { Delivery } from './delivery.ts';

/** Adds what is counted of notifications and their deliveries. Numbers are read when they are asked for. */
export function addDeliveryMetrics(
  registry: Registry,
  inbox: Pick<Inbox, 'created'>,
  delivery: Pick<Delivery, 'settled' | 'depth'>,
): void {
  const registers = [registry];
  new Counter({
    name: 'tidings_notifications_created_total',
    help: 'Notifications that users got.',
    registers,
    collect() {
      this.reset();
      this.inc(inbox.created);
    },
  });
  new Counter({
    name: 'tidings_deliveries_total',
    help: 'Steps of deliveries, by courier and by what came of them.',
    labelNames: ['courier', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [courier, outcomes] of delivery.settled)
        for (const [outcome, count] of outcomes) this.inc({ courier, outcome }, count);
    },
  });
  new Gauge({
    name: 'tidings_deliveries',
    help: 'Deliveries in the database that wait, and that are dead.',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, dead } = await delivery.depth();
      this.set({ state: 'waiting' }, waiting);
      this.set({ state: 'dead' }, dead);
    },
  });
}
