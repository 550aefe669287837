import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Serves one file at one path. @throws Error when the path is taken, is none, or the file is not there. */
export type ServeFile = (path: string, file: URL, headers?: Readonly<Record<string, string>>) => void;

/** What browsers run or show only by its right name. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves single files as they are, to pages of any origin, out of memory: what a kit brings along is small. */
export function createServeFile(app: FastifyInstance): ServeFile {
  return (path, file, headers = {}) => {
    if (!path.startsWith('/') || /[*:]/.test(path)) throw new Error(`"${path}" is no path of a file.`);
    if (app.hasRoute({ method: 'GET', url: path })) throw new Error(`The path "${path}" is declared twice.`);
    const content = readFileSync(file);
    const etag = `"${hash('sha256', content).slice(0, 16)}"`;
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    app.get(path, { schema: { hide: true } }, (request, reply) => {
      reply.headers({
        'content-type': type,
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        // A newer kit has a newer file under the same name.
        'cache-control': 'no-cache',
        etag,
        ...headers,
      });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.send(content);
    });
  };
}
