import { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';
import type { Db } from '../tables.ts';
import { isAmong } from './content-type.ts';
import type { FileRow } from './files.ts';
import { readPieces } from './pieces.ts';

/** What a browser may show by itself; everything else is saved. */
const SHOWN = ['image/*', 'video/*', 'audio/*'];

/** Answers a request with a file, or the part of it that was asked for. Whether the caller may read it is not asked here. */
export function sendFile(
  db: Db,
  { id, name, type, size }: FileRow,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const etag = `"${id}"`;
  reply.headers({
    etag,
    // Kept by the reader's own browser, who asks each time whether they still may.
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    'content-disposition': contentDisposition(name, { type: isAmong(type, SHOWN) ? 'inline' : 'attachment' }),
    'x-content-type-options': 'nosniff',
    // Whatever it is, it does nothing here.
    'content-security-policy': "sandbox; default-src 'none'",
  });
  const { headers } = request;
  if (headers['if-none-match'] === etag) return reply.code(304).send();
  reply.type(type === 'text/plain' ? 'text/plain; charset=utf-8' : type);
  const range = headers['if-range'] === undefined || headers['if-range'] === etag ? headers.range : undefined;
  const wanted = range === undefined ? undefined : parseRange(size, range);
  if (wanted === -1)
    return reply
      .code(416)
      .header('content-range', `bytes */${size}`)
      .type('text/plain')
      .send('The file is not so long.\n');
  // Of several ranges, as of what is none, the answer is the whole.
  const [part] = Array.isArray(wanted) && wanted.type === 'bytes' && wanted.length === 1 ? wanted : [];
  const { start, end } = part ?? { start: 0, end: size - 1 };
  if (part) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.header('content-length', end + 1 - start);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(readPieces(db, id, { start, end }), { objectMode: false }));
}
