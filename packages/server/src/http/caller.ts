/**
 * Who makes a call: a backend with the API key, or a user with a token.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpParts } from './parts.ts';

/** The bearer token of a call, if it has one. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** A hook that lets only the server's own key pass. */
export function requireServer({ apiKeyMatches }: Pick<HttpParts, 'apiKeyMatches'>) {
  return ({ headers }: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void =>
    done(apiKeyMatches(headers.authorization) ? undefined : new TidingsError('invalid_api_key'));
}
