import { type Generated, type Kit, withId } from '../../packages/server/src/kit.ts';

/** The tables of a kit that keeps notes. */
export interface Tables {
  notes: { id: Generated<number>; text: string };
}

/** Their migrations. */
export const notes: NonNullable<Kit['migrations']> = {
  '001-notes': {
    async up(db) {
      await db.schema.createTable('notes').$call(withId(db)).addColumn('text', 'text').execute();
    },
  },
};

/** A namespace that anyone may follow and publish to. */
export const open = { rights: { subscribe: 'anyone', publish: 'anyone' } } as const;
