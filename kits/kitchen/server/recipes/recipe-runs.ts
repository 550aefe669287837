/**
 * Makes the recipes that users have asked for, one after the other of each, many at once.
 *
 * @module
 */
import { type Language, type Tidings, TidingsError } from '@tidings/server/kit';
import { readAllItems } from '../fridge/items.ts';
import { daysBetween, localTime } from '../local-time.ts';
import type { AiOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { askModel, ModelFault, type Question } from './ask-model.ts';
import type { Fallback, Recipe } from './recipe.ts';
import type { Step } from './request-rows.ts';
import { readLately } from './requests.ts';
import { suggest } from './suggest.ts';
import { advance, finish, release, takeUp, type Work } from './works.ts';

type Kitchen = Tidings<KitchenTables>;

/** Things of a fridge that a model is told of, those that expire first. */
const MAX_FRIDGE = 100;

/** Recipes of the book that are not suggested again at once. */
const LATELY = 5;

const DEFAULT_TIMEOUT = 60_000;

/** What a work takes beside the model's answer, milliseconds. */
const MARGIN = 15_000;

/** Characters that an answer usually has, by which its progress is guessed. */
const USUAL_ANSWER = 1500;

/** Progress is told so many times while an answer comes. */
const TOLD_TIMES = 8;
const BEGUN = 0.1;
const READ = 0.9;

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  tr: 'Turkish',
  ru: 'Russian',
  uk: 'Ukrainian',
};

/** A work is not to go on: it was cancelled, or the server goes down. */
class Ended extends Error {}

/** The answer does not come. */
class TooLate extends Error {}

/** What is under way on this server. */
export class RecipeRuns {
  readonly #tidings: Kitchen;
  readonly #ai: AiOptions | undefined;
  readonly #timeout: number;
  readonly #running = new Map<number, { readonly abort: AbortController; readonly done: Promise<void> }>();
  #stopped = false;

  constructor(tidings: Kitchen, ai: AiOptions | undefined) {
    this.#tidings = tidings;
    this.#ai = ai;
    this.#timeout = ai?.timeout ?? DEFAULT_TIMEOUT;
  }

  /** For how long a work that was begun is believed to be under way, milliseconds: it is ended before. */
  get lease(): number {
    return this.#timeout + MARGIN;
  }

  /** Begins a work. */
  begin(work: Work): void {
    if (this.#stopped) return;
    const abort = new AbortController();
    const done = this.#run(work, abort).finally(() => this.#running.delete(work.id));
    this.#running.set(work.id, { abort, done });
  }

  /** Stops a work that its user has cancelled, if it is done here; elsewhere it is noticed at the next step. */
  cancel(id: number): void {
    this.#running.get(id)?.abort.abort(new Ended());
  }

  /** Takes up what servers that are no more have left. */
  async resume(): Promise<void> {
    const isHere = (id: number) => this.#running.has(id);
    for (const work of await takeUp(this.#tidings, this.lease, isHere)) this.begin(work);
  }

  /** Ends everything; what was under way is taken up at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort(new Ended());
    await Promise.all(running.map(({ done }) => done));
  }

  /** Never rejects. What fails unforeseen is tried again when its lease is over. */
  async #run(work: Work, abort: AbortController): Promise<void> {
    try {
      await finish(this.#tidings, work, await this.#make(work, abort));
    } catch (error) {
      if (!(error instanceof Ended))
        this.#tidings.log.error({ err: error, recipe: work.id }, 'a recipe could not be made');
      else if (this.#stopped)
        await release(this.#tidings, work).catch((fault: unknown) =>
          this.#tidings.log.error({ err: fault, recipe: work.id }, 'a recipe could not be given back'),
        );
    }
  }

  async #make(work: Work, abort: AbortController): Promise<Recipe> {
    const tidings = this.#tidings;
    const step = async (name: Step, progress: number) => {
      if (!(await advance(tidings, work, name, progress))) throw new Ended();
      abort.signal.throwIfAborted();
    };
    await step('reading', BEGUN / 2);
    const { language, timezone } = await tidings.contactOf(work.user);
    const { date: today } = localTime(tidings.clock.now(), timezone);
    const items = await readAllItems(tidings.db, work.user, work.group).catch((error: unknown) => {
      // The user has left the household meanwhile.
      if (error instanceof TidingsError && error.code === 'not_found') return [];
      throw error;
    });
    const stock = items
      .filter(({ quantity }) => quantity > 0)
      .map(({ name, quantity, unit, best_before }) => ({
        name,
        quantity,
        unit,
        daysLeft: best_before === null ? undefined : daysBetween(today, best_before),
      }));
    let fallback: Fallback | undefined;
    if (this.#ai) {
      const fridge = stock.slice(0, MAX_FRIDGE).map(({ daysLeft, ...item }) => ({
        ...item,
        ...(daysLeft === undefined ? {} : { days_left: daysLeft }),
      }));
      const question = {
        language: LANGUAGE_NAMES[language],
        fridge,
        wish: work.wish,
        servings: work.servings,
      };
      const answer = await this.#ask(this.#ai, question, abort, step);
      if (typeof answer !== 'string') return answer;
      fallback = answer;
    }
    await step('choosing', READ);
    const lately = await readLately(tidings.db, work.user, LATELY);
    const recipe = suggest(stock, { language, wish: work.wish, lately });
    return { ...recipe, ...(fallback ? { fallback } : {}) };
  }

  /** @returns the recipe, or why there is none. */
  async #ask(
    ai: AiOptions,
    question: Question,
    abort: AbortController,
    step: (name: Step, progress: number) => Promise<void>,
  ): Promise<Recipe | Fallback> {
    await step('asking', BEGUN);
    const late = new AbortController();
    const timer = this.#tidings.clock.after(this.#timeout, () => late.abort(new TooLate()));
    let told = 0;
    // One after the other, and none is lost whose failure ends the work.
    let telling = Promise.resolve();
    const onText = (characters: number) => {
      const times = Math.min(TOLD_TIMES, Math.floor((characters * TOLD_TIMES) / USUAL_ANSWER));
      if (times <= told) return;
      told = times;
      const progress = BEGUN + ((READ - BEGUN) * times) / (TOLD_TIMES + 1);
      telling = telling.then(() => step('writing', progress));
      telling.catch((error: unknown) => abort.abort(error));
    };
    try {
      const recipe = await askModel(ai, question, {
        signal: AbortSignal.any([abort.signal, late.signal]),
        onText,
      });
      await telling;
      await step('checking', READ);
      return { ...recipe, source: 'ai' };
    } catch (error) {
      await telling;
      if (error instanceof TooLate) return 'timeout';
      if (!(error instanceof ModelFault)) throw error;
      this.#tidings.log.warn({ err: error }, 'no recipe of the model: one of the book is given');
      return error.reason;
    } finally {
      timer.cancel();
    }
  }
}
