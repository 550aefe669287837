/**
 * Polls: a whole kit in one file. README.md beside it walks through it.
 *
 * @module
 */
import {
  type Dialect,
  decodeMessages,
  defineCommand,
  defineKit,
  type Generated,
  type KitTransaction,
  type RightsRequest,
  type Tidings,
  TidingsError,
  Type,
  withId,
} from '@tidings/server/kit';

// The tables, as the query builder sees them.

interface Tables {
  polls: {
    id: Generated<number>;
    question: string;
    /** A JSON list. */
    options: string;
    /** The team that may see it; null for everyone. */
    team: string | null;
    /** Milliseconds since 1970-01-01 UTC. */
    ends: number;
    ended: number;
  };
  poll_votes: { poll: number; user: string; option: string };
}

type Polls = Tidings<Tables>;

const MINUTE = 60_000;

/** Votes for each option. */
const Tally = Type.Record(Type.String(), Type.Integer());

async function find(db: Polls['db'], id: number) {
  // Whatever is no number of ours is no poll.
  const poll = Number.isSafeInteger(id)
    ? await db.selectFrom('polls').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (!poll) throw new TidingsError('not_found', 'There is no such poll.');
  return { ...poll, options: JSON.parse(poll.options) as string[] };
}

async function tally(db: Polls['db'], id: number): Promise<Record<string, number>> {
  const { options } = await find(db, id);
  const rows = await db
    .selectFrom('poll_votes')
    .select(({ fn }) => ['option', fn.countAll().as('votes')])
    .where('poll', '=', id)
    .groupBy('option')
    .execute();
  const votes = new Map(rows.map((row) => [row.option, Number(row.votes)]));
  return Object.fromEntries(options.map((option) => [option, votes.get(option) ?? 0]));
}

/** Who may see a poll: everyone, or those whose token says that they are of its team. */
async function maySee({ db }: Polls, { rest, identity }: Pick<RightsRequest, 'rest' | 'identity'>) {
  const { team } = await find(db, Number(rest));
  return team === null || identity.claims.team === team;
}

/** Ends a poll inside a transaction: the row and the event, both or neither. */
async function end({ db, publish }: KitTransaction<Tables>, id: number) {
  const { numUpdatedRows } = await db
    .updateTable('polls')
    .set({ ended: 1 })
    .where('id', '=', id)
    .where('ended', '=', 0)
    .executeTakeFirst();
  // Where several servers share a database, another one may have been first.
  if (numUpdatedRows === 0n) return;
  await publish({ channel: `poll:${id}`, event: 'ended', data: { tally: await tally(db, id) } });
}

// The commands. They come over WebSocket, Socket.IO and HTTP alike.

const commands = (tidings: Polls) => [
  defineCommand({
    name: 'create_poll',
    summary: 'Ask a question.',
    authenticated: true,
    data: Type.Object({
      question: Type.String({ minLength: 1, maxLength: 200 }),
      options: Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
        minItems: 2,
        maxItems: 8,
        uniqueItems: true,
      }),
      team: Type.Optional(Type.String()),
      minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440, default: 60 })),
    }),
    handle({ question, options, team = null, minutes = 60 }, context) {
      const ends = tidings.clock.now() + minutes * MINUTE;
      const poll = { question, options: JSON.stringify(options), team, ends, ended: 0 };
      // Whoever sends it again, because no answer came, gets the poll that there is.
      return tidings.transaction(
        async ({ db }) => {
          const { id } = await db.insertInto('polls').values(poll).returning('id').executeTakeFirstOrThrow();
          return { poll: id, channel: `poll:${id}` };
        },
        { answers: context },
      );
    },
  }),

  defineCommand({
    name: 'vote',
    summary: 'Vote, or vote differently.',
    authenticated: true,
    data: Type.Object({ poll: Type.Integer(), option: Type.String() }),
    async handle({ poll: id, option }, context) {
      const { identity } = context;
      const user = identity.user as string;
      if (!(await maySee(tidings, { rest: String(id), identity }))) throw new TidingsError('forbidden');
      // The vote is counted, heard and answered, or nothing of it: also when the server dies in between.
      return tidings.transaction(
        async ({ db, publish }) => {
          const poll = await find(db, id);
          if (poll.ended) throw new TidingsError('forbidden', 'This poll has ended.');
          if (!poll.options.includes(option))
            throw new TidingsError('invalid_request', 'That is none of the options.');
          await db
            .insertInto('poll_votes')
            .values({ poll: id, user, option })
            .onConflict((conflict) => conflict.columns(['poll', 'user']).doUpdateSet({ option }))
            .execute();
          const now = await tally(db, id);
          await publish({ channel: `poll:${id}`, event: 'voted', data: { tally: now } });
          return { tally: now };
        },
        { answers: context },
      );
    },
  }),
];

// A WebSocket path for clients that speak a JSON of their own: {"do": …} in, {"now": …} out.

const dialect: Dialect = {
  name: 'polls',
  decode: (text) =>
    decodeMessages(text, ({ do: what, poll, option }) => {
      switch (what) {
        case 'watch':
          return { name: 'subscribe', data: { channels: [`poll:${poll}`] } };
        case 'vote':
          return { name: 'vote', data: { poll, option } };
        case 'alive':
          return { name: 'ping', data: {} };
        default:
          throw new TidingsError('invalid_request', 'It is watch, vote or alive.');
      }
    }),
  encodeEvent: ({ channel, event, data }) =>
    JSON.stringify({ now: event, poll: Number(channel.split(':')[1]), ...(data as object) }),
  encodeReply: (reply) => (reply.ok ? undefined : JSON.stringify({ now: 'refused', why: reply.error.code })),
  encodeNotice: (notice) =>
    notice.type === 'direct' ? JSON.stringify({ now: notice.event, ...(notice.data as object) }) : undefined,
};

export default defineKit<Tables>({
  name: 'polls',

  namespaces: (tidings) => ({
    poll: {
      durable: true,
      history: { size: 100 },
      presence: true,
      rights: { subscribe: (request) => maySee(tidings, request), publish: 'nobody' },
      events: { voted: Type.Object({ tally: Tally }), ended: Type.Object({ tally: Tally }) },
    },
  }),

  commands,

  routes(app, tidings) {
    const params = Type.Object({ poll: Type.Integer() });
    app.get('/polls/:poll', { schema: { summary: 'A poll and its votes.', params } }, async (request) => {
      const { poll } = request.params as Type.Static<typeof params>;
      const { server, identity } = await tidings.callerOf(request);
      if (!server && !(await maySee(tidings, { rest: String(poll), identity })))
        throw new TidingsError('forbidden');
      const { question, ended } = await find(tidings.db, poll);
      return { poll, question, ended: ended === 1, tally: await tally(tidings.db, poll) };
    });
  },

  websockets: [
    {
      path: '/polls',
      dialect,
      heartbeat: { event: 'alive' },
      onOpen: (session, tidings) => tidings.send(session, 'hello', { user: session.identity.user ?? null }),
    },
  ],

  migrations: {
    '001-polls': {
      async up(db) {
        await db.schema
          .createTable('polls')
          .$call(withId(db))
          .addColumn('question', 'text', (column) => column.notNull())
          .addColumn('options', 'text', (column) => column.notNull())
          .addColumn('team', 'text')
          .addColumn('ends', 'bigint', (column) => column.notNull())
          .addColumn('ended', 'integer', (column) => column.notNull())
          .execute();
        await db.schema
          .createTable('poll_votes')
          .addColumn('poll', 'bigint', (column) => column.notNull())
          .addColumn('user', 'text', (column) => column.notNull())
          .addColumn('option', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('poll_votes_key', ['poll', 'user'])
          .execute();
      },
    },
  },

  jobs: [
    {
      name: 'end polls',
      schedule: '*/10 * * * * *',
      async run(tidings) {
        const due = await tidings.db
          .selectFrom('polls')
          .select('id')
          .where('ended', '=', 0)
          .where('ends', '<=', tidings.clock.now())
          .execute();
        for (const { id } of due) await tidings.transaction((transaction) => end(transaction, id));
      },
    },
  ],
});
