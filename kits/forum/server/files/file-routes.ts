/**
 * `/forum/threads/ID/files` and `/forum/files`.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { type Static, TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { File } from '../../events.ts';
import { readableThread } from '../access.ts';
import { actorOf, userOf } from '../callers.ts';
import { callOf, KeyHeader, openSecurity, PlaceText, security, ThreadParams } from '../routes.ts';
import type { Forum } from '../tables.ts';
import { addFile, deleteFile, type FileOptions, listFiles, readableFile } from './files.ts';
import { sendFile } from './send-file.ts';

/** Characters of a file's name, of which not all are kept. */
const MAX_NAME = 1000;

const FileParams = Type.Object({
  file: Type.String({ pattern: '^[0-9a-f-]{36}$', description: 'A file.' }),
});
const Query = Type.Object({
  name: Type.String({ minLength: 1, maxLength: MAX_NAME, description: 'What the file is called.' }),
  seq: Type.Optional(PlaceText),
});

/** Adds the routes. */
export async function fileRoutes(app: FastifyInstance, forum: Forum, options: FileOptions): Promise<void> {
  const { db } = forum;

  app.get<{ Params: Static<typeof ThreadParams> }>(
    '/forum/threads/:thread/files',
    {
      schema: {
        security: openSecurity,
        summary: 'Files of a thread, the oldest first',
        params: ThreadParams,
        response: { 200: Type.Object({ files: Type.Array(File) }) },
      },
    },
    async (request) => {
      const { thread } = request.params;
      await readableThread(db, await actorOf(forum, request), thread);
      return { files: await listFiles(db, thread) };
    },
  );

  app.get<{ Params: Static<typeof FileParams> }>(
    '/forum/files/:file',
    {
      schema: {
        security: openSecurity,
        summary: 'A file',
        description: 'As it is, or the part of it that `Range` asks for.',
        params: FileParams,
      },
    },
    async (request, reply) => {
      const row = await readableFile(db, await actorOf(forum, request), request.params.file);
      return sendFile(db, row, request, reply);
    },
  );

  app.delete<{ Params: Static<typeof FileParams> }>(
    '/forum/files/:file',
    {
      schema: {
        security,
        summary: 'Delete a file',
        description: 'One’s own; moderators any.',
        params: FileParams,
      },
    },
    async (request, reply) => {
      await deleteFile(forum, await actorOf(forum, request), request.params.file);
      return reply.code(204).send();
    },
  );

  await app.register(async (scope) => {
    // Whatever it says it is, it is read by the route as it comes, and not into memory.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));

    scope.post<{
      Params: Static<typeof ThreadParams>;
      Querystring: Static<typeof Query>;
      Headers: Static<typeof KeyHeader>;
    }>(
      '/forum/threads/:thread/files',
      {
        schema: {
          security: [{ userToken: [] }],
          summary: 'Add a file to a thread',
          description:
            'The body is the file, as it is. Its type is found out by its content; what is not in FORUM_FILE_TYPES is refused. With `seq` it belongs to a post of one’s own, and is deleted with it.',
          params: ThreadParams,
          querystring: Query,
          headers: KeyHeader,
          consumes: ['application/octet-stream'],
          response: { 201: File },
        },
      },
      async (request, reply) => {
        const { body, headers, params, query } = request;
        try {
          const user = await userOf(forum, request);
          if (Number(headers['content-length'] ?? 0) > options.fileBytes)
            throw new TidingsError('message_too_large', `A file has ${options.fileBytes} bytes at most.`);
          if (!(body instanceof Readable)) throw new TidingsError('invalid_request', 'The file is empty.');
          const key = headers['idempotency-key'];
          const file = await addFile(
            forum,
            user,
            { thread: params.thread, ...query, content: body },
            options,
            (asked) => callOf(user, { name: 'POST /forum/threads/files', key }, asked),
          );
          return await reply.code(201).header('location', file.url).send(file);
        } catch (error) {
          // What of the body is still on its way would stand before the next request.
          reply.header('connection', 'close');
          throw error;
        }
      },
    );
  });
}
