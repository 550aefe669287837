/**
 * The rows of the recipes that users have asked for: what they say, and whom that is told.
 *
 * @module
 */
import type { KitTransaction, Tidings } from '@tidings/server/kit';
import { userChannel } from '../channels.ts';
import type { KitchenTables } from '../tables.ts';
import type { Recipe } from './recipe.ts';

/** A request as it stands in the database. */
export type RequestRow = Awaited<ReturnType<ReturnType<typeof selectRequests>['executeTakeFirstOrThrow']>>;

/** How a request ended, or that it has not. */
type State = 'running' | 'done' | 'failed' | 'cancelled';

/** What is being done. */
export type Step = 'waiting' | 'reading' | 'asking' | 'writing' | 'checking' | 'choosing' | 'done';

/** A request as its user sees it. */
export interface RecipeRequest {
  readonly id: string;
  readonly state: State;
  readonly step: Step;
  /** From 0 to 1. */
  readonly progress: number;
  readonly wish: string;
  readonly group_id: string | null;
  readonly recipe: Recipe | null;
  readonly error: { readonly code: 'internal'; readonly message: string } | null;
  /** The user shops for it. */
  readonly chosen: boolean;
  /** ISO 8601. */
  readonly created_at: string;
}

/** What of a row is read. */
export const COLUMNS = [
  'id',
  'user',
  'group',
  'wish',
  'servings',
  'state',
  'step',
  'progress',
  'run',
  'recipe',
  'error',
  'chosen',
  'at',
] as const;

/** Requests, whoever's they are. */
export function selectRequests(db: Tidings<KitchenTables>['db']) {
  return db.selectFrom('kitchen_recipes').select(COLUMNS);
}

/** A request as its user sees it. */
export function toRequest(row: RequestRow): RecipeRequest {
  return {
    id: String(row.id),
    state: row.state as State,
    step: row.step as Step,
    progress: row.progress,
    wish: row.wish,
    group_id: row.group === null ? null : String(row.group),
    recipe: row.recipe === null ? null : (JSON.parse(row.recipe) as Recipe),
    error: row.error === null ? null : { code: 'internal', message: row.error },
    chosen: row.chosen === 1,
    created_at: new Date(row.at).toISOString(),
  };
}

/** Tells a user how far their recipe is, once the transaction has committed. */
export async function tellProgress(
  { publish }: Pick<KitTransaction<KitchenTables>, 'publish'>,
  row: RequestRow,
): Promise<void> {
  const channel = userChannel(row.user);
  const { id: request_id, state, step, progress, error } = toRequest(row);
  const data = { request_id, state, step, progress, ...(error === null ? {} : { error }) };
  if (channel) await publish({ channel, event: 'RecipeProgress', data });
}
