/**
 * The OpenAPI description, and the page at `/docs` that shows it.
 *
 * @module
 */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { ERRORS } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import type { CommandDefinition } from '../core/command.ts';
import { PROBLEM_TYPE, Problem } from './problem.ts';

export interface OpenApiOptions {
  readonly version: string;
  /** Asked when the document is made, so that kits have added theirs. */
  readonly commands: () => Iterable<CommandDefinition>;
  /** Where commands are. */
  readonly prefix: string;
}

const TAGS = [
  { name: 'publish', description: 'Put events on channels.' },
  { name: 'channels', description: 'Channels, their past, and who follows them.' },
  { name: 'commands', description: 'What a socket sends as a message, as a request.' },
  { name: 'events', description: 'Server-Sent Events.' },
  { name: 'connections', description: 'Live sessions.' },
  { name: 'notifications', description: 'Telling users, and their inboxes.' },
  { name: 'deliveries', description: 'What goes to devices and by mail.' },
  { name: 'users', description: 'Ending sessions, revoking tokens.' },
  { name: 'email', description: 'The links of mails.' },
  { name: 'push', description: 'Web Push to the devices of users.' },
  { name: 'operations', description: 'Health and numbers.' },
];

/** What the page at `/docs` may load: nothing from elsewhere. It hides a part of itself by a style attribute. */
const DOCS_POLICY =
  "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'";

/** Describes every route that is declared after it. */
export function describeApi(app: FastifyInstance, options: OpenApiOptions): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidings',
        version: options.version,
        description:
          'A self-hosted realtime backend. A backend sends `Authorization: Bearer API_KEY`, a user a JWT. Errors are problem details (RFC 9457).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: TAGS,
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'The API key of the server.' },
          userToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A user’s token.' },
        },
      },
    },
    transformObject(document) {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      for (const command of options.commands()) {
        if (command.live) continue;
        const paths = openapiObject.paths ?? {};
        openapiObject.paths = paths;
        // typebox types its schemas more loosely than OpenAPI does.
        paths[`${options.prefix}/commands/${command.name}`] = {
          post: operation(command),
        } as unknown as (typeof paths)[string];
      }
      return openapiObject;
    },
  });
  app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { deepLinking: true, docExpansion: 'list', tryItOutEnabled: true },
  });
}

function operation({ name, summary, data, authenticated }: CommandDefinition) {
  const problem = (code: keyof typeof ERRORS) => ({
    description: ERRORS[code].message,
    content: { [PROBLEM_TYPE]: { schema: Problem } },
  });
  return {
    operationId: `command_${name}`,
    tags: ['commands'],
    summary,
    security: authenticated ? [{ userToken: [] }] : [{ userToken: [] }, {}],
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'A repeat with the same key has one effect, where the command takes a key.',
        schema: { type: 'string', minLength: 1, maxLength: 128 },
      },
    ],
    requestBody: { content: { 'application/json': { schema: data } } },
    responses: {
      200: { description: 'What the command answers.', content: { 'application/json': { schema: {} } } },
      400: problem('invalid_request'),
      401: problem('unauthenticated'),
      403: problem('forbidden'),
      429: problem('rate_limited'),
    },
  };
}
