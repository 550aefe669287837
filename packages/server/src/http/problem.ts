/**
 * Errors over HTTP: problem details (RFC 9457), the same for ours and for those of the framework.
 *
 * @module
 */
import { STATUS_CODES } from 'node:http';
import { ERRORS, type ErrorCode, TidingsError } from '@tidings/protocol';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: '`urn:tidings:error:CODE`.' }),
    title: Type.String({ description: 'One sentence, the same for all errors of the code.' }),
    status: Type.Integer(),
    code: Type.String({ description: 'A code of docs/ERRORS.md.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong this time.' })),
    retryAfter: Type.Optional(Type.Integer({ description: 'Milliseconds after which to try again.' })),
    details: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'Where, as a JSON Pointer.' }),
          message: Type.String(),
        }),
        { description: 'One entry for each fault of the request.' },
      ),
    ),
  },
  {
    description: 'What went wrong (RFC 9457).',
    examples: [
      {
        type: 'urn:tidings:error:forbidden',
        title: ERRORS.forbidden.message,
        status: ERRORS.forbidden.status,
        code: 'forbidden',
        detail: 'This session may not history on user:7.',
      },
    ],
  },
);
export type Problem = Static<typeof Problem>;

/** Writes an error as a problem document. */
function toProblem(error: TidingsError): Problem {
  const { code, message, retryAfter, details } = error.toBody();
  const title = ERRORS[code].message;
  return {
    type: `urn:tidings:error:${code}`,
    title,
    status: error.status,
    code,
    ...(message === title ? {} : { detail: message }),
    ...(retryAfter === undefined ? {} : { retryAfter: Math.ceil(retryAfter) }),
    ...(details === undefined ? {} : { details: [...details] }),
  };
}

/** What of fastify's own errors has a code of ours; any other of status 4xx is `invalid_request`. */
const BY_FASTIFY_CODE: { readonly [code: string]: ErrorCode } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'message_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_message',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_message',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_message',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** The error as one of ours; `undefined` when it is the server's own fault. */
export function asTidingsError(error: unknown): TidingsError | undefined {
  if (error instanceof TidingsError) return error;
  if (!(error instanceof Error)) return undefined;
  const { code = '', statusCode = 500 } = error as Error & { code?: string; statusCode?: number };
  const ours = BY_FASTIFY_CODE[code];
  if (ours) return new TidingsError(ours);
  if (statusCode === 503) return new TidingsError('unavailable');
  return statusCode >= 400 && statusCode < 500
    ? new TidingsError('invalid_request', error.message)
    : undefined;
}

/** Answers with a problem document. */
export function sendProblem(reply: FastifyReply, error: TidingsError): FastifyReply {
  if (error.retryAfter !== undefined) reply.header('retry-after', Math.ceil(error.retryAfter / 1000));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(error.status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(toProblem(error)));
}

/** The whole answer as bytes, for a connection on which there is no request to reply to. */
export function rawProblem(error: TidingsError): string {
  const body = JSON.stringify(toProblem(error));
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
