/**
 * The weekly menu: `/kitchen/menus`, the commands `menu.set` and `menu.editing`, and the channels `menu:ID`.
 *
 * @module
 */
import {
  type CommandDefinition,
  defineCommand,
  type Session,
  type Static,
  type Tidings,
  Type,
} from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import { MENU_EVENTS } from '../../events.ts';
import { nameOf, requireUser } from '../callers.ts';
import { menuChannel } from '../channels.ts';
import { isMember } from '../groups/groups.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { checkWeek, Place } from './cells.ts';
import { EditingMarks, type Editor, TOLD_AGAIN_AFTER } from './editing-marks.ts';
import { KnownEditors } from './known-editors.ts';
import { forgetMenus, readMenu, requireMember, setCell } from './menus.ts';
import { MENU_MIGRATIONS } from './tables.ts';

const MAX_TEXT = 500;

const closed = { additionalProperties: false } as const;
const { group, week } = Place;
const Write = {
  text: Type.String({ maxLength: MAX_TEXT, description: 'Nothing empties the cell.' }),
  version: Type.Integer({
    minimum: 0,
    description: 'The version that one has seen; 0 of a cell never written.',
  }),
};
const Body = Type.Object(Write, closed);
const WeekParams = Type.Object({ group, week });
const CellParams = Type.Object(Place);
const SetData = Type.Object({ ...Place, ...Write }, closed);
const EditingData = Type.Object(
  { ...Place, editing: Type.Optional(Type.Boolean({ default: true })) },
  closed,
);

/** How late another server may say again that somebody edits, milliseconds. */
const LATE = 5000;

const security = [{ userToken: [] }];

/** Menus of households. */
export function menuPart({
  editingLease: lease,
}: Pick<KitchenOptions, 'editingLease'>): KitPart<KitchenTables> {
  const marksOf = perServer(
    (tidings: Tidings<KitchenTables>) =>
      new EditingMarks<Session>({
        clock: tidings.clock,
        lease,
        tell: (editor, editing) => tellEditing(tidings, editor, editing),
        onError: (error) => tidings.log.error({ err: error }, 'the end of an edit could not be told'),
      }),
  );
  const editorsOf = perServer(
    (tidings: Tidings<KitchenTables>) =>
      new KnownEditors({
        clock: tidings.clock,
        ttl: TOLD_AGAIN_AFTER + lease + LATE,
        tell: (editor, key) => tellEditing(tidings, editor, false, key),
        onError: (error) => tidings.log.error({ err: error }, 'the end of an edit could not be told'),
      }),
  );
  return {
    namespaces: ({ db }) => ({
      menu: {
        // What was edited a moment ago means nothing.
        history: { size: 0 },
        overflow: 'conflate',
        rights: {
          subscribe: async ({ rest, identity: { user } }) => user !== undefined && isMember(db, rest, user),
          publish: 'nobody',
        },
        events: MENU_EVENTS,
      },
    }),
    migrations: MENU_MIGRATIONS,
    commands: (tidings) => menuCommands(tidings, marksOf(tidings)),
    jobs: [{ name: 'forget old menus', schedule: '29 3 * * *', run: forgetMenus }],
    onPublished(event, tidings) {
      if (event.event === 'MenuEditing') editorsOf(tidings).heard(event, tidings.isOwn(event));
    },
    onDisconnect: (session, tidings) => marksOf(tidings).endAll(session),
    onStop(tidings) {
      marksOf(tidings).close();
      editorsOf(tidings).close();
    },
    routes(app, tidings) {
      app.get<{ Params: Static<typeof WeekParams> }>(
        '/kitchen/menus/:group/:week',
        { schema: { security, summary: 'A household’s menu, and who edits it', params: WeekParams } },
        async (request) => {
          const { user } = await requireUser(tidings, request);
          const { params } = request;
          const cells = await readMenu(tidings, user, params);
          const editing = editorsOf(tidings)
            .at(params)
            .map(({ cell, user: user_id, name: user_name }) => ({ cell, user_id, user_name }));
          return { group_id: params.group, week: params.week, cells, editing };
        },
      );

      app.put<{ Params: Static<typeof CellParams>; Body: Static<typeof Body> }>(
        '/kitchen/menus/:group/:week/:cell',
        {
          schema: {
            security,
            summary: 'Write a cell of a menu',
            description: 'The last writer wins; `overwritten` says what they had not seen.',
            params: CellParams,
            body: Body,
          },
        },
        async (request) =>
          setCell(tidings, await requireUser(tidings, request), request.params, request.body),
      );
    },
  };
}

function tellEditing(
  tidings: Tidings<KitchenTables>,
  { group: group_id, week, cell, user: user_id, name: user_name }: Editor,
  editing: boolean,
  key?: string,
) {
  return tidings.publish({
    channel: menuChannel(group_id),
    event: 'MenuEditing',
    data: { group_id, week, cell, user_id, user_name, editing },
    conflate: `${week} ${cell} ${user_id}`,
    key,
  });
}

function menuCommands(
  tidings: Tidings<KitchenTables>,
  marks: EditingMarks<Session>,
): readonly CommandDefinition[] {
  const set = defineCommand({
    name: 'menu.set',
    summary: 'Write a cell of a household’s menu.',
    data: SetData,
    authenticated: true,
    handle({ text, version, ...place }, context) {
      const user = context.identity.user as string;
      const writer = { user, name: nameOf(context.identity, user) };
      return setCell(tidings, writer, place, { text, version }, context);
    },
  });

  const editing = defineCommand({
    name: 'menu.editing',
    summary: 'Say that one edits a cell of a menu, again and again, or that one does no more.',
    data: EditingData,
    authenticated: true,
    live: true,
    async handle({ editing: active = true, ...place }, { identity, session: given }) {
      const session = given as Session;
      const user = identity.user as string;
      checkWeek(place.week, tidings.clock.now());
      await requireMember(tidings.db, place.group, user);
      // A mark of a session that has ended meanwhile would have nobody to end it.
      if (active && !session.closed)
        await marks.start(session, { ...place, user, name: nameOf(identity, user) });
      else await marks.end(session, place);
      return {};
    },
  });

  return [set, editing] as readonly CommandDefinition[];
}
