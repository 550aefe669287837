import { defineConfig } from '../../packages/server/src/config.ts';

/**
 * The namespaces that the whole suite needs. A server elsewhere is covered whole when it is started with them:
 * `tidings start --config tests/conformance/server.config.ts`.
 */
export default defineConfig({
  namespaces: {
    news: {
      durable: true,
      history: { size: 200 },
      rights: { subscribe: 'anyone', publish: 'users' },
    },
    room: {
      presence: true,
      typing: true,
      rights: { subscribe: 'anyone', publish: 'users', presence: 'users', typing: 'users' },
    },
    user: { rights: { subscribe: 'owner', publish: 'owner' } },
    short: { history: { size: 5 }, rights: { subscribe: 'anyone', publish: 'users' } },
    quote: { overflow: 'conflate', rights: { subscribe: 'anyone', publish: 'users' } },
    reading: { overflow: 'drop-oldest', rights: { subscribe: 'anyone', publish: 'users' } },
    staff: { rights: { subscribe: 'granted' } },
  },
  heartbeat: 1000,
  presence: { grace: 1000 },
  typing: { ttl: 400 },
});
