/**
 * The clients that are measured: the page's code for each, and what its server says.
 *
 * @module
 */

/** A client, and a server that says no more than it needs to hear. */
export interface Peer {
  readonly name: string;
  /** An ES module that exports `start(url, onEvent, onReady)`; it is bundled for a browser. */
  readonly page: string;
  /** What the server says when a connection is opened. */
  readonly hello: readonly string[];
  /** What it answers to a message. */
  answer(text: string): readonly string[];
  /** An event of a channel, as the peer's server frames it. */
  event(n: number): string;
}

const CHANNEL = 'product:42';
const EVENT = 'price_update';
const data = (n: number) => ({ n, new_price: '90 TL', note: 'x'.repeat(64) });

/** A peer's server as a script for a page, under the name `server`. */
export function pageServer(peer: Peer): string {
  const method = (text: string) =>
    text.startsWith('(') || /^\w+ *=>/.test(text) ? text : `function ${text}`;
  return `
    const CHANNEL = ${JSON.stringify(CHANNEL)}, EVENT = ${JSON.stringify(EVENT)}, data = ${data.toString()};
    window.server = {
      hello: ${JSON.stringify(peer.hello)}, answer: ${method(peer.answer.toString())}, event: ${method(peer.event.toString())},
    };
  `;
}

export const PEERS: readonly Peer[] = [
  {
    name: '@tidings/client',
    page: `
      import { createClient } from '@tidings/client';
      export function start(url, onEvent, onReady) {
        const channel = createClient({ url }).channel('${CHANNEL}');
        channel.status.subscribe(() => { if (channel.status.getSnapshot().state === 'live') onReady(); });
        channel.on('${EVENT}', onEvent);
      }`,
    hello: [
      '{"type":"welcome","protocol":1,"session":"s","user":null,"heartbeat":25000,"limits":{"message":65536,"channels":100}}',
    ],
    answer(text) {
      const { id, channels } = JSON.parse(text) as { id: number; channels: [{ since?: string }] };
      const position = channels[0].since ?? 'e:0';
      return [
        JSON.stringify({
          type: 'reply',
          id,
          ok: true,
          channels: [{ channel: CHANNEL, position, recovered: channels[0].since !== undefined, events: [] }],
        }),
      ];
    },
    event: (n) =>
      JSON.stringify({
        type: 'event',
        channel: CHANNEL,
        event: EVENT,
        data: data(n),
        offset: n,
        epoch: 'e',
        id: `i${n}`,
        at: 0,
      }),
  },
  {
    name: 'socket.io-client',
    page: `
      import { io } from 'socket.io-client';
      export function start(url, onEvent, onReady) {
        const socket = io(url, { transports: ['websocket'] });
        socket.on('connect', onReady);
        socket.on('${EVENT}', onEvent);
      }`,
    hello: ['0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'],
    answer: (text) => (text.startsWith('40') ? ['40{"sid":"b"}'] : []),
    event: (n) => `42${JSON.stringify([EVENT, data(n)])}`,
  },
  {
    name: 'centrifuge',
    page: `
      import { Centrifuge } from 'centrifuge';
      export function start(url, onEvent, onReady) {
        const centrifuge = new Centrifuge(url.replace('http', 'ws'));
        const subscription = centrifuge.newSubscription('${CHANNEL}');
        subscription.on('publication', ({ data }) => onEvent(data));
        subscription.on('subscribed', onReady);
        subscription.subscribe();
        centrifuge.connect();
      }`,
    hello: [],
    answer: (text) =>
      text
        .split('\n')
        .filter((line) => line !== '' && line !== '{}')
        .map((line) => {
          const { id, connect } = JSON.parse(line) as { id: number; connect?: object };
          return JSON.stringify(
            connect
              ? { id, connect: { client: 'c', version: '0', ping: 25, pong: true } }
              : { id, subscribe: {} },
          );
        }),
    event: (n) => JSON.stringify({ push: { channel: CHANNEL, pub: { data: data(n) } } }),
  },
  {
    name: 'pusher-js',
    page: `
      import Pusher from 'pusher-js';
      export function start(url, onEvent, onReady) {
        const { hostname, port } = new URL(url);
        const pusher = new Pusher('key', { wsHost: hostname, wsPort: port, forceTLS: false, enabledTransports: ['ws'], cluster: 'x', disableStats: true });
        const channel = pusher.subscribe('product-42');
        channel.bind('pusher:subscription_succeeded', onReady);
        channel.bind('${EVENT}', onEvent);
      }`,
    hello: [
      '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.1\\",\\"activity_timeout\\":120}"}',
    ],
    answer: (text) =>
      text.includes('pusher:subscribe')
        ? ['{"event":"pusher_internal:subscription_succeeded","channel":"product-42","data":"{}"}']
        : [],
    event: (n) => JSON.stringify({ event: EVENT, channel: 'product-42', data: JSON.stringify(data(n)) }),
  },
];
