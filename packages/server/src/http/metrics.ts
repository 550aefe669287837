/**
 * `/metrics`: what a Prometheus asks for; outside development with the API key as its bearer token.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Meter } from '../features/stats/index.ts';
import { requireServer } from './caller.ts';
import type { HttpParts } from './parts.ts';

/** Adds the route. Numbers are read when they are asked for. */
export function metricsRoutes(
  app: FastifyInstance,
  parts: Pick<HttpParts, 'core' | 'development' | 'apiKeyMatches' | 'metrics'>,
  meter: Meter,
): void {
  const registry = parts.metrics;
  addMetrics(registry, parts, meter);
  // What a server is doing is nobody's business but its operator's.
  const onRequest = parts.development ? [] : [requireServer(parts)];
  app.get('/metrics', { schema: { hide: true }, onRequest }, async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics()),
  );
}

/** Adds what the server itself counts. */
function addMetrics(registry: Registry, { core: { hub } }: Pick<HttpParts, 'core'>, meter: Meter): void {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });

  new Gauge({
    name: 'tidings_connections',
    help: 'Live sessions.',
    labelNames: ['transport'],
    registers,
    collect() {
      for (const [transport, count] of meter.connections) this.set({ transport }, count);
    },
  });
  gauge('tidings_channels', 'Channels that are followed here.', () => hub.channels.size);
  gauge('tidings_subscriptions', 'Sessions times the channels each follows.', () => meter.subscriptions);
  gauge('tidings_queue_bytes', 'Bytes that wait for readers that are too slow.', () => meter.queuedBytes);
  counter('tidings_events_published_total', 'Events that channels got.', () => meter.eventsPublished);
  counter(
    'tidings_events_delivered_total',
    'Events times sessions that were given them.',
    () => meter.eventsDelivered,
  );
  counter(
    'tidings_events_dropped_total',
    'Events that slow readers of lossy namespaces were spared.',
    () => meter.eventsDropped,
  );
  new Counter({
    name: 'tidings_commands_total',
    help: 'Commands answered, by name and by outcome: ok or an error code.',
    labelNames: ['command', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [command, outcomes] of meter.commands)
        for (const [outcome, count] of outcomes) this.inc({ command, outcome }, count);
    },
  });
  new Counter({
    name: 'tidings_disconnects_total',
    help: 'Sessions that have ended, by reason; clients that left by themselves count as disconnected.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of meter.disconnects) this.inc({ reason }, count);
    },
  });
}
