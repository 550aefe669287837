/**
 * A kit that dies when it is told to: each entry is a row and an event, both or neither.
 *
 * @module
 */
import { type AnyTables, defineCommand, defineKit, type Tidings, Type } from '@tidings/server/kit';

type Ledger = Tidings<AnyTables & { ledger: { entry: string } }>;

/** Dies after so many turns of the event loop. */
function dieAfter(turns: number): void {
  if (turns === 0) process.kill(process.pid, 'SIGKILL');
  else setImmediate(() => dieAfter(turns - 1));
}

export default defineKit<AnyTables & { ledger: { entry: string } }>({
  name: 'ledger',
  namespaces: { ledger: { durable: true, rights: { subscribe: 'anyone' } } },
  migrations: {
    '001-ledger': {
      up: (db) => db.schema.createTable('ledger').addColumn('entry', 'text').execute(),
    },
  },
  commands: (tidings: Ledger) => [
    defineCommand({
      name: 'enter',
      summary: 'Writes an entry and tells of it, and dies before or after the commit.',
      data: Type.Object({
        entry: Type.String(),
        die: Type.Optional(Type.Union([Type.Literal('before'), Type.Integer({ minimum: 0 })])),
      }),
      async handle({ entry, die }, context) {
        let entered = false;
        const answer = await tidings.transaction(
          async ({ db, publish }) => {
            entered = true;
            await db.insertInto('ledger').values({ entry }).execute();
            await publish({ channel: 'ledger:all', event: 'entered', data: entry });
            if (die === 'before') dieAfter(0);
            const { count } = await db
              .selectFrom('ledger')
              .select(({ fn }) => fn.countAll().as('count'))
              .executeTakeFirstOrThrow();
            return { number: Number(count) };
          },
          { answers: context },
        );
        if (entered && typeof die === 'number') dieAfter(die);
        return answer;
      },
    }),
    defineCommand({
      name: 'entries',
      summary: 'All entries.',
      data: Type.Object({}),
      handle: async () =>
        (await tidings.db.selectFrom('ledger').selectAll().execute()).map(({ entry }) => entry),
    }),
  ],
});
