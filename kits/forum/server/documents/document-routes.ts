/**
 * `/forum/threads/ID/document`: the shared document of a thread, and what it was.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { DocVersion, Id } from '../../events.ts';
import { readableThread } from '../access.ts';
import { actorOf, userOf } from '../callers.ts';
import { openSecurity, ThreadParams } from '../routes.ts';
import type { Forum } from '../tables.ts';
import {
  type DocumentOptions,
  lockDocument,
  openDocument,
  readState,
  requireWritable,
  write,
} from './documents.ts';
import { keepVersion, listVersions, readVersion } from './versions.ts';
import { textOf, updateTo } from './yjs.ts';

const VersionParams = Type.Object({
  thread: Id('A thread.'),
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
const Opened = Type.Object({
  text: Type.String({ description: 'Plain text.' }),
  state: Type.String({ description: 'An update of Yjs with all there is, base64.' }),
  vector: Type.String({ description: 'Its state vector, base64.' }),
  position: Type.String({ description: 'Of `doc:ID`: the state has everything up to there.' }),
  writable: Type.Boolean(),
});
const Version = Type.Object({ ...DocVersion.properties, text: Type.String({ description: 'Plain text.' }) });

/** Adds the routes. */
export function documentRoutes(app: FastifyInstance, forum: Forum, options: DocumentOptions): void {
  const { db } = forum;

  app.get<{ Params: Static<typeof ThreadParams> }>(
    '/forum/threads/:thread/document',
    {
      schema: {
        security: openSecurity,
        summary: 'The shared document of a thread',
        params: ThreadParams,
        response: { 200: Opened },
      },
    },
    async (request) => {
      const opened = await openDocument(forum, await actorOf(forum, request), request.params.thread);
      return { ...opened, text: textOf(Buffer.from(opened.state, 'base64')) };
    },
  );

  app.get<{ Params: Static<typeof ThreadParams> }>(
    '/forum/threads/:thread/document/versions',
    {
      schema: {
        security: openSecurity,
        summary: 'What the document was, the newest first',
        params: ThreadParams,
        response: { 200: Type.Object({ versions: Type.Array(DocVersion) }) },
      },
    },
    async (request) => {
      const { thread } = request.params;
      await readableThread(db, await actorOf(forum, request), thread);
      return { versions: await listVersions(db, thread) };
    },
  );

  app.post<{ Params: Static<typeof ThreadParams> }>(
    '/forum/threads/:thread/document/versions',
    {
      schema: {
        security: [{ userToken: [] }],
        summary: 'Keep a version of the document as it is',
        params: ThreadParams,
        response: { 201: Type.Object({ versions: Type.Array(DocVersion) }) },
      },
    },
    async (request, reply) => {
      const user = await userOf(forum, request);
      const { thread } = request.params;
      const versions = await forum.transaction(async ({ db }) => {
        requireWritable(user, await readableThread(db, user, thread));
        const now = forum.clock.now();
        const row = await lockDocument(db, thread, now);
        if (row.seq > 0) {
          await keepVersion(db, { ...row, state: await readState(db, thread) }, options.versions);
          const set = { version_at: now };
          await db.updateTable('forum_documents').set(set).where('thread', '=', thread).execute();
        }
        return listVersions(db, thread);
      });
      return reply.code(201).send({ versions });
    },
  );

  app.get<{ Params: Static<typeof VersionParams> }>(
    '/forum/threads/:thread/document/versions/:version',
    {
      schema: {
        security: openSecurity,
        summary: 'What the document said in a version',
        params: VersionParams,
        response: { 200: Version },
      },
    },
    async (request) => {
      const { thread, version } = request.params;
      await readableThread(db, await actorOf(forum, request), thread);
      return readVersion(db, thread, version);
    },
  );

  app.post<{ Params: Static<typeof VersionParams> }>(
    '/forum/threads/:thread/document/versions/:version/restore',
    {
      schema: {
        security: [{ userToken: [] }],
        summary: 'Have the document say again what it said in a version',
        description: 'A change like any other: what is there now is kept as a version first.',
        params: VersionParams,
        response: { 200: Version },
      },
    },
    async (request) => {
      const user = await userOf(forum, request);
      const { thread, version: id } = request.params;
      return forum.transaction(async (transaction) => {
        const { db } = transaction;
        requireWritable(user, await readableThread(db, user, thread));
        const now = forum.clock.now();
        const row = await lockDocument(db, thread, now);
        const version = await readVersion(db, thread, id);
        const state = await readState(db, thread);
        const update = updateTo(state, version.text);
        if (!update) return version;
        await keepVersion(db, { ...row, state }, options.versions);
        await db
          .updateTable('forum_documents')
          .set({ version_at: now })
          .where('thread', '=', thread)
          .execute();
        await write(forum, transaction, { thread, user, update }, options);
        return version;
      });
    },
  );
}
