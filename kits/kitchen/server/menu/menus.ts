/**
 * Menus of households, which their members edit together: of each cell the last writer wins, and is told what was there.
 *
 * @module
 */
import { type Call, type KitTransaction, sql, type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import { groupChannel } from '../channels.ts';
import { isMember } from '../groups/groups.ts';
import { anyText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { checkWeek, firstWeek } from './cells.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Row = Awaited<ReturnType<ReturnType<typeof selectCells>['executeTakeFirstOrThrow']>>;

/** What a cell says, and who says so. */
interface CellText {
  readonly text: string;
  readonly version: number;
  readonly user_id: string;
  readonly user_name: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A cell that was written. */
export interface MenuCell extends CellText {
  readonly cell: string;
}

/** A cell as whoever has just written it gets it. */
export interface WrittenCell extends MenuCell {
  readonly group_id: string;
  readonly week: string;
  /** What the writer had not seen and has replaced. */
  readonly overwritten?: CellText;
}

/** Where a cell is. */
export interface CellPlace {
  readonly group: string;
  readonly week: string;
  readonly cell: string;
}

/** The cells of a week that were written. @throws TidingsError `not_found` to those who are no members, `invalid_request`. */
export async function readMenu(
  { db, clock }: Kitchen,
  user: string,
  { group, week }: Omit<CellPlace, 'cell'>,
): Promise<readonly MenuCell[]> {
  await requireMember(db, group, user);
  checkWeek(week, clock.now());
  const rows = await selectCells(db)
    .where('group', '=', Number(group))
    .where('week', '=', week)
    .orderBy('cell')
    .execute();
  return rows.map((row) => ({ cell: row.cell, ...textOf(row) }));
}

/**
 * Writes a cell. @param write `version`: the one that the writer has seen, 0 for an empty cell that nobody has written.
 *
 * @param answers the command that asks for it.
 * @throws TidingsError `not_found` to those who are no members, `invalid_request`.
 */
export async function setCell(
  tidings: Kitchen,
  { user, name }: CallingUser,
  { group, week, cell }: CellPlace,
  write: { readonly text: string; readonly version: number },
  answers?: Call,
): Promise<WrittenCell> {
  const at = tidings.clock.now();
  checkWeek(week, at);
  const text = anyText(write.text, 'What is in a cell');
  const work = async ({ db, publish }: KitTransaction<KitchenTables>) => {
    await requireMember(db, group, user);
    const is = (column: string) => sql.ref(`kitchen_menu_cells.${column}`);
    // One statement, so that what it replaces is what was there, whoever writes at the same time.
    const row = await db
      .insertInto('kitchen_menu_cells')
      .values({
        group: Number(group),
        week,
        cell,
        text,
        version: 1,
        user,
        user_name: name,
        at,
        was_text: null,
        was_user: null,
        was_user_name: null,
        was_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['group', 'week', 'cell']).doUpdateSet({
          text,
          version: sql<number>`${is('version')} + 1`,
          user,
          user_name: name,
          at,
          was_text: is('text') as never,
          was_user: is('user') as never,
          was_user_name: is('user_name') as never,
          was_at: is('at') as never,
        }),
      )
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
    const overwritten = overwrittenBy(row, write.version);
    const written: WrittenCell = {
      group_id: group,
      week,
      cell,
      ...textOf(row),
      ...(overwritten ? { overwritten } : {}),
    };
    await publish({ channel: groupChannel(group), event: 'MenuCellChanged', data: written });
    return written;
  };
  return tidings.transaction(work, { answers });
}

/** @throws TidingsError `not_found`. */
export async function requireMember(db: Db, group: string, user: string): Promise<void> {
  if (!(await isMember(db, group, user))) throw new TidingsError('not_found', 'There is no such group.');
}

/** Deletes menus of long ago. */
export async function forgetMenus({ db, clock }: Kitchen): Promise<void> {
  await db.deleteFrom('kitchen_menu_cells').where('week', '<', firstWeek(clock.now())).execute();
}

/** What a write has replaced without its writer knowing. A repeat that comes twice, or the same words, replaces nothing. */
function overwrittenBy(row: Row, seen: number): CellText | undefined {
  const { was_text: text, was_user: user, was_user_name: name, was_at: at } = row;
  const version = row.version - 1;
  if (text === null || user === null || at === null || version === seen || text === row.text)
    return undefined;
  return { text, version, user_id: user, user_name: name ?? user, at: new Date(at).toISOString() };
}

const COLUMNS = [
  'cell',
  'text',
  'version',
  'user',
  'user_name',
  'at',
  'was_text',
  'was_user',
  'was_user_name',
  'was_at',
] as const;

function selectCells(db: Db) {
  return db.selectFrom('kitchen_menu_cells').select(COLUMNS);
}

function textOf({ text, version, user, user_name, at }: Row): CellText {
  return { text, version, user_id: user, user_name, at: new Date(at).toISOString() };
}
