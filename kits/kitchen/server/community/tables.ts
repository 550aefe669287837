import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the community. Times are milliseconds since 1970-01-01 UTC. */
export interface CommunityTables {
  kitchen_posts: {
    id: Generated<number>;
    author: string;
    author_name: string;
    content: string;
    /** The author's idempotency key. */
    key: string | null;
    at: number;
    /** Counted here, so that each change has its turn and its own count. */
    likes: Generated<number>;
    comments: Generated<number>;
  };
  kitchen_comments: {
    id: Generated<number>;
    post: number;
    author: string;
    author_name: string;
    content: string;
    key: string | null;
    at: number;
  };
  /** One that was taken back stays, with `active` 0, so that the author hears of a like once. */
  kitchen_likes: { post: number; user: string; active: number };
  /** Likewise. */
  kitchen_follows: { user: string; followed: string; active: number };
  /** Posts of a backend of its own that has told of them here. */
  kitchen_told_posts: { post: string; at: number };
}

export const COMMUNITY_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '001-community': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_posts')
        .$call(withId(db))
        .addColumn('author', 'text', (column) => column.notNull())
        .addColumn('author_name', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('likes', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('comments', 'integer', (column) => column.notNull().defaultTo(0))
        .addUniqueConstraint('kitchen_posts_key', ['author', 'key'])
        .execute();
      await schema
        .createIndex('kitchen_posts_author')
        .on('kitchen_posts')
        .columns(['author', 'id'])
        .execute();
      await schema
        .createTable('kitchen_comments')
        .$call(withId(db))
        .addColumn('post', 'bigint', (column) =>
          column.notNull().references('kitchen_posts.id').onDelete('cascade'),
        )
        .addColumn('author', 'text', (column) => column.notNull())
        .addColumn('author_name', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('kitchen_comments_key', ['author', 'key'])
        .execute();
      await schema
        .createIndex('kitchen_comments_post')
        .on('kitchen_comments')
        .columns(['post', 'id'])
        .execute();
      await schema
        .createTable('kitchen_likes')
        .addColumn('post', 'bigint', (column) =>
          column.notNull().references('kitchen_posts.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('active', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_likes_key', ['post', 'user'])
        .execute();
      await schema
        .createTable('kitchen_follows')
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('followed', 'text', (column) => column.notNull())
        .addColumn('active', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_follows_key', ['user', 'followed'])
        .execute();
      await schema
        .createIndex('kitchen_follows_followed')
        .on('kitchen_follows')
        .columns(['followed', 'user'])
        .execute();
      await schema
        .createTable('kitchen_told_posts')
        .addColumn('post', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
