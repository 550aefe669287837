import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { asyncApiRoutes } from './asyncapi.ts';
import { letBrowsersIn } from './browsers.ts';
import { channelRoutes } from './channels.ts';
import { commandRoutes } from './commands.ts';
import { connectionRoutes } from './connections.ts';
import { contactRoutes } from './contacts.ts';
import { deliveryRoutes } from './deliveries.ts';
import { developmentRoutes } from './development.ts';
import { developmentMailRoutes } from './development-mail.ts';
import { emailRoutes } from './email.ts';
import { createServeFile } from './files.ts';
import { healthRoutes } from './health.ts';
import { kitRoutes } from './kits.ts';
import { metricsRoutes } from './metrics.ts';
import { notificationRoutes } from './notifications.ts';
import { onlyDeclaredMethods } from './only-methods.ts';
import { describeApi } from './openapi.ts';
import type { HttpParts } from './parts.ts';
import { publishRoutes } from './publish.ts';
import { pushRoutes } from './push.ts';
import { scriptRoutes } from './script.ts';
import { statsRoutes } from './stats.ts';
import { userRoutes } from './users.ts';
import { webRoutes } from './web.ts';

/** Where the API is. */
const PREFIX = '/api/v1';

/** An answer of the API is no page. */
const API_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // Whether there is HTTPS is up to the proxy in front.
  strictTransportSecurity: false,
  // Which pages may read it, CORS says.
  crossOriginResourcePolicy: false,
};

/** Adds the whole HTTP API to a server that {@link createHttp} made. */
export function registerHttp(app: FastifyInstance, parts: HttpParts): void {
  const {
    core,
    version,
    web,
    script,
    events,
    callers,
    meter,
    extend,
    signIn,
    kits,
    email,
    push,
    inbox,
    contacts,
    delivery,
  } = parts;
  const refuseOtherMethods = onlyDeclaredMethods(app);
  const commands = () => core.dispatch.commands.values();
  describeApi(app, { version, commands, prefix: PREFIX });
  // Scopes are set up in this order, after what stands above.
  app.register(async (scope) => {
    healthRoutes(scope, parts);
    metricsRoutes(scope, parts, meter);
    asyncApiRoutes(scope, { version, commands, namespaces: () => core.namespaces.all() });
  });
  app.register(async (scope) => publishRoutes(scope, parts), { prefix: PREFIX });
  if (email) app.register((scope) => emailRoutes(scope, email), { prefix: PREFIX });
  app.register(async (browsers) => {
    await letBrowsersIn(browsers, core.gate);
    events(browsers);
    await browsers.register(
      async (api) => {
        await api.register(helmet, API_HEADERS);
        channelRoutes(api, parts, callers);
        commandRoutes(api, parts, callers);
        connectionRoutes(api, parts);
        statsRoutes(api, parts, callers, meter);
        userRoutes(api, parts);
        if (contacts) contactRoutes(api, contacts, callers, parts);
        if (inbox) notificationRoutes(api, { ...parts, inbox }, callers);
        if (delivery) deliveryRoutes(api, { ...parts, delivery });
        if (push) pushRoutes(api, push, callers);
        if (kits) kitRoutes(api, kits);
        if (signIn) developmentRoutes(api, signIn);
        if (email?.outbox) developmentMailRoutes(api, email.outbox);
        await extend?.(api, createServeFile(app));
      },
      { prefix: PREFIX },
    );
  });
  if (push) createServeFile(app)('/push-sw.js', push.worker, { 'service-worker-allowed': '/' });
  if (script !== undefined) app.register(async (scope) => scriptRoutes(scope, script));
  if (web !== undefined) app.register(async (scope) => webRoutes(scope, web));
  app.register(async (last) => refuseOtherMethods(last));
}
