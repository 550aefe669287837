import { type AnyTables, defineCommand, defineKit, Type } from '../../packages/server/src/kit.ts';

type Tables = AnyTables & { till: { amount: number } };

const Taking = Type.Object({
  amount: Type.Integer(),
  how: Type.Optional(Type.Union([Type.Literal('fail'), Type.Literal('fail late'), Type.Literal('twice')])),
});

/** A kit whose transactions answer: what a till has taken, by a command and by a route. */
export default defineKit<Tables>({
  name: 'till',
  migrations: {
    '001-till': { up: (db) => db.schema.createTable('till').addColumn('amount', 'integer').execute() },
  },
  commands: (tidings) => [
    defineCommand({
      name: 'take',
      summary: 'Takes an amount.',
      data: Taking,
      async handle({ amount, how }, context) {
        const take = () =>
          tidings.transaction(
            async ({ db }) => {
              await db.insertInto('till').values({ amount }).execute();
              if (how === 'fail') throw new Error('The till is stuck.');
              return { taken: amount };
            },
            { answers: context },
          );
        const answer = await take();
        if (how === 'fail late') throw new Error('The drawer is stuck.');
        return how === 'twice' ? take() : answer;
      },
    }),
  ],
  routes(app, tidings) {
    app.post('/till/takings', { schema: { summary: 'Takes an amount.', body: Taking } }, async (request) => {
      const { amount } = request.body as { readonly amount: number };
      const key = request.headers['idempotency-key'] as string | undefined;
      const call = { name: 'POST /till/takings', key, data: request.body };
      return tidings.transaction(
        async ({ db }) => {
          await db.insertInto('till').values({ amount }).execute();
          const rows = await db.selectFrom('till').selectAll().execute();
          return { taken: amount, takings: rows.length };
        },
        { answers: { ...call, ...(await tidings.callerOf(request)) } },
      );
    });
    app.get('/till/takings', { schema: { summary: 'What was taken.' } }, async () =>
      tidings.db.selectFrom('till').selectAll().execute(),
    );
  },
});
