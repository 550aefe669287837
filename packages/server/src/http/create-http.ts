import type { Socket } from 'node:net';
import { TidingsError } from '@tidings/protocol';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type TrustProxy, trusted } from './address-of.ts';
import { readJsonBodies } from './json-body.ts';
import { asTidingsError, rawProblem, sendProblem } from './problem.ts';
import { RequestLog, withoutSecrets } from './request-log.ts';
import { validate } from './validate.ts';

export interface HttpOptions {
  readonly log: Logger;
  /** Bytes of a request's body. */
  readonly bodyLimit: number;
  /** Whether `X-Forwarded-For` tells a client's address; as fastify's `trustProxy`. */
  readonly trustProxy: TrustProxy;
}

/** A client must have sent the head of its request so soon, milliseconds; a half-open connection is closed then. */
const HEADERS_TIMEOUT = 10_000;

/** And all of it so soon, milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/** How often connections are looked at for these, milliseconds. */
const CHECK_INTERVAL = 5000;

/** How long an idle connection is kept for another request, milliseconds: longer than proxies in front keep theirs. */
const KEEP_ALIVE_TIMEOUT = 72_000;

/** A channel's name is 193 characters at most, each up to 12 in an address. */
const MAX_PARAM_LENGTH = 2400;

/** Creates the HTTP server without routes: limits, logs, and problem details for whatever goes wrong. */
export function createHttp({ log, bodyLimit, trustProxy }: HttpOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: withoutSecrets(log) as FastifyBaseLogger,
    logController: new RequestLog(),
    bodyLimit,
    trustProxy: trusted(trustProxy),
    forceCloseConnections: 'idle',
    // Who is still connected while the server goes down is answered, and told to close.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    http: {
      headersTimeout: HEADERS_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      // Clients that offer HTTP/2 beside, as Java's does, are answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (_error, _request, reply) =>
      void sendProblem(reply, new TidingsError('invalid_request', 'The address cannot be read.')),
    clientErrorHandler: answerClientError,
  });
  // A logger for each request costs more than the rest of a publish; it is worth that only when it says something.
  app.setChildLoggerFactory((logger, bindings, options) =>
    log.isLevelEnabled('debug') ? logger.child(bindings, options) : logger,
  );
  readJsonBodies(app);
  app.setValidatorCompiler(validate);
  app.setErrorHandler((error, request, reply) => {
    const known = asTidingsError(error);
    if (!known) request.log.error({ err: error, req: request }, 'a request failed');
    return sendProblem(reply, known ?? new TidingsError('internal'));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new TidingsError('not_found')));
  return app;
}

/** Answers what was no HTTP request, or did not arrive in time. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.once('finish', () => socket.destroy());
  socket.end(rawProblem(clientError(error.code)));
}

function clientError(code: string | undefined): TidingsError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new TidingsError('message_too_large', 'The head of the request is too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new TidingsError('invalid_request', 'The request did not arrive in time.');
    default:
      return new TidingsError('invalid_request', 'This is not an HTTP request.');
  }
}
