import { bytesType, type Kit } from '@tidings/server/kit';

/**
 * The tables of the files. They are in the database and not in a folder, so that every server of the forum has them, a backup
 * of the database has everything, and they go with their thread. Times are milliseconds since 1970-01-01 UTC.
 */
export interface FileTables {
  forum_files: {
    /** One that nobody can guess. */
    id: string;
    thread: string;
    /** The post that it belongs to. */
    seq: number | null;
    name: string;
    /** Media type. */
    type: string;
    /** Bytes. */
    size: number;
    user: string;
    user_name: string;
    at: number;
    /** 1 once all of it is there. */
    ready: number;
  };
  /** What is in a file, in pieces of one size, from 0. */
  forum_file_pieces: { file: string; piece: number; content: Uint8Array };
}

export const FILE_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '011-files': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('forum_files')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('seq', 'bigint')
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('size', 'bigint', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('ready', 'integer', (column) => column.notNull())
        .execute();
      await schema.createIndex('forum_files_thread').on('forum_files').columns(['thread', 'seq']).execute();
      await schema.createIndex('forum_files_user').on('forum_files').columns(['user', 'at']).execute();
      await schema
        .createTable('forum_file_pieces')
        .addColumn('file', 'text', (column) =>
          column.notNull().references('forum_files.id').onDelete('cascade'),
        )
        .addColumn('piece', 'integer', (column) => column.notNull())
        .addColumn('content', bytesType(db), (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_file_pieces_key', ['file', 'piece'])
        .execute();
    },
  },
};
