/**
 * `/realtime/stats`: how much is going on.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Meter } from '../features/stats/index.ts';
import { problems } from './answers.ts';
import type { Callers } from './caller.ts';
import type { HttpParts } from './parts.ts';

const Stats = Type.Object(
  {
    node: Type.String({ description: 'The server that answers.' }),
    connected_clients: Type.Integer({ description: 'Live sessions of this node.' }),
    uptime: Type.String({ description: 'How long this node has been up, for people.' }),
    uptime_seconds: Type.Integer(),
    events_sent_today: Type.Integer({
      description:
        'Events published since midnight UTC, on whatever node. An event counts once, however many hear it.',
    }),
    events_delivered: Type.Integer({
      description: 'Events times sessions that were given them, since this node’s start.',
    }),
    by_transport: Type.Record(Type.String(), Type.Integer(), {
      description: 'Live sessions by transport.',
    }),
    channels: Type.Integer({ description: 'Channels that are followed on this node.' }),
    subscriptions: Type.Integer({ description: 'Sessions times the channels each follows.' }),
    users: Type.Integer({ description: 'Different users with a live session on this node.' }),
    all_nodes: Type.Object(
      {
        nodes: Type.Integer({ description: 'Servers that answered within a second.' }),
        connected_clients: Type.Integer(),
        subscriptions: Type.Integer(),
        events_delivered: Type.Integer({ description: 'Since the start of each.' }),
      },
      { description: 'The same of all servers together.' },
    ),
  },
  {
    examples: [
      {
        node: 'app-1-5f2c',
        connected_clients: 15,
        uptime: '3d 4h 5m',
        uptime_seconds: 273_900,
        events_sent_today: 1204,
        events_delivered: 18_060,
        by_transport: { websocket: 9, socketio: 4, sse: 2 },
        channels: 7,
        subscriptions: 31,
        users: 12,
        all_nodes: { nodes: 2, connected_clients: 31, subscriptions: 64, events_delivered: 40_112 },
      },
    ],
  },
);

/** Adds the route to a scope under `/api/v1`. */
export function statsRoutes(app: FastifyInstance, parts: HttpParts, callers: Callers, meter: Meter): void {
  const { hub } = parts.core;
  const counts = parts.nodes.define('stats', () => ({
    connected_clients: hub.sessions.size,
    subscriptions: meter.subscriptions,
    events_delivered: meter.eventsDelivered,
  }));
  app.get(
    '/realtime/stats',
    {
      schema: {
        tags: ['operations'],
        security: [{ apiKey: [] }, { userToken: [] }],
        summary: 'How much is going on',
        response: { 200: Stats, ...problems('unauthenticated', 'invalid_token', 'rate_limited') },
      },
    },
    async (request) => {
      await callers.anyone(request);
      const { answers } = await counts(undefined);
      return {
        node: parts.nodes.node,
        connected_clients: hub.sessions.size,
        uptime: inWords(meter.uptime),
        uptime_seconds: Math.floor(meter.uptime / 1000),
        events_sent_today: meter.today.events,
        events_delivered: meter.eventsDelivered,
        by_transport: Object.fromEntries(meter.connections),
        channels: hub.channels.size,
        subscriptions: meter.subscriptions,
        users: new Set(
          hub.sessions
            .values()
            .map(({ identity }) => identity.user)
            .filter((user) => user !== undefined),
        ).size,
        all_nodes: {
          nodes: answers.length,
          connected_clients: sum(answers, 'connected_clients'),
          subscriptions: sum(answers, 'subscriptions'),
          events_delivered: sum(answers, 'events_delivered'),
        },
      };
    },
  );
}

function sum<Name extends string>(
  answers: readonly { readonly result: Readonly<Record<Name, number>> }[],
  name: Name,
): number {
  return answers.reduce((total, { result }) => total + result[name], 0);
}

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
];

/** A duration as people say it: `3d 4h 5m`, `7m`, `42s`. */
export function inWords(milliseconds: number): string {
  let rest = Math.floor(milliseconds / 1000);
  const seconds = rest;
  const words: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0 || words.length > 0) words.push(`${count}${name}`);
  }
  return words.join(' ') || `${seconds}s`;
}
