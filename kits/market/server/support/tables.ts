import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the support. Times are milliseconds since 1970-01-01 UTC. */
export interface SupportTables {
  market_tickets: {
    id: Generated<number>;
    user: string;
    user_name: string;
    subject: string;
    order: number | null;
    status: string;
    /** Who has taken it. */
    agent: string | null;
    agent_name: string | null;
    /** Place of the newest message; 0 when there is none. */
    last_seq: number;
    /** Messages of the support that the user has not read, and the other way round. */
    user_unread: number;
    agent_unread: number;
    /** How far each side has read. */
    user_read: number;
    agent_read: number;
    created: number;
    updated: number;
  };
  market_messages: {
    ticket: number;
    seq: number;
    /** `user` or `agent`. */
    from: string;
    user: string;
    name: string;
    text: string;
    client_id: string | null;
    at: number;
  };
}

export const SUPPORT_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '012-support': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('market_tickets')
        .$call(withId(db))
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('order', 'bigint')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('agent', 'text')
        .addColumn('agent_name', 'text')
        .addColumn('last_seq', 'integer', (column) => column.notNull())
        .addColumn('user_unread', 'integer', (column) => column.notNull())
        .addColumn('agent_unread', 'integer', (column) => column.notNull())
        .addColumn('user_read', 'integer', (column) => column.notNull())
        .addColumn('agent_read', 'integer', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .execute();
      await schema.createIndex('market_tickets_user').on('market_tickets').columns(['user', 'id']).execute();
      await schema
        .createIndex('market_tickets_status')
        .on('market_tickets')
        .columns(['status', 'id'])
        .execute();
      await schema
        .createTable('market_messages')
        .addColumn('ticket', 'bigint', (column) =>
          column.notNull().references('market_tickets.id').onDelete('cascade'),
        )
        .addColumn('seq', 'integer', (column) => column.notNull())
        .addColumn('from', 'text', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('client_id', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('market_messages_key', ['ticket', 'seq'])
        .addUniqueConstraint('market_messages_client_id', ['ticket', 'user', 'client_id'])
        .execute();
    },
  },
};
