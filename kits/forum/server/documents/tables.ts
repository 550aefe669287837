import { bytesType, type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the shared documents. Times are milliseconds since 1970-01-01 UTC. */
export interface DocumentTables {
  forum_documents: {
    thread: string;
    /** Everything up to the update `state_seq`, as one update of Yjs. */
    state: Uint8Array;
    state_seq: number;
    /** Number of the newest update. */
    seq: number;
    /** Bytes of the state and of the updates after it. */
    size: number;
    /** Who changed it last, and when. */
    user: string;
    name: string;
    at: number;
    /** When its newest version was kept, or it was begun. */
    version_at: number;
  };
  /** Updates that are not in the state yet, and some that are. */
  forum_document_updates: { thread: string; seq: number; content: Uint8Array };
  forum_document_versions: {
    id: Generated<number>;
    thread: string;
    state: Uint8Array;
    user: string;
    name: string;
    at: number;
    characters: number;
  };
}

export const DOCUMENT_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '012-documents': {
    async up(db) {
      const { schema } = db;
      const bytes = bytesType(db);
      await schema
        .createTable('forum_documents')
        .addColumn('thread', 'text', (column) =>
          column.primaryKey().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('state', bytes, (column) => column.notNull())
        .addColumn('state_seq', 'bigint', (column) => column.notNull())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('size', 'integer', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('version_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('forum_document_updates')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('content', bytes, (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_document_updates_key', ['thread', 'seq'])
        .execute();
      await schema
        .createTable('forum_document_versions')
        .$call(withId(db))
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('state', bytes, (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('characters', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('forum_document_versions_thread')
        .on('forum_document_versions')
        .columns(['thread', 'id'])
        .execute();
    },
  },
};
