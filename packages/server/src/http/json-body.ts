import { isUtf8 } from 'node:buffer';
import { TidingsError } from '@tidings/protocol';
import type { FastifyInstance } from 'fastify';
import { parseJson } from '../dialects/json-message.ts';

/** Has JSON bodies read as messages of sockets are: UTF-8, not too deep, without `__proto__`. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      // Nothing at all is how many clients send a POST without data.
      done(null, body.length === 0 ? undefined : parse(body));
    } catch (error) {
      done(error as TidingsError);
    }
  });
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw new TidingsError('malformed_message', 'The body is not UTF-8.');
  return parseJson(body.toString());
}
