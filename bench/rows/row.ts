/**
 * A row of the comparison: one thing that is measured, of whom, and which goals it decides.
 *
 * @module
 */
import type { Peer } from '../peers/peer.ts';

/** How much a run takes upon itself. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'smoke';
  readonly rounds: number;
  readonly subscribers: number;
  /** Of the row with one subscriber each. */
  readonly channels: number;
  readonly inFlight: number;
  /** How long one round measures, and warms up before. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly pacedSeconds: number;
  /** Counts of idle connections. */
  readonly idle: readonly number[];
  readonly slowReaders: number;
  readonly returning: number;
}

/** A column of a row's table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** Digits after the point. */
  readonly digits: number;
}

/** What one round found. */
export interface Round {
  readonly values: Readonly<Record<string, number>>;
  /** What was wrong: a lost message, a broken connection. Nothing is compared with a round that has one. */
  readonly faults: readonly string[];
  /** What else is to be known. */
  readonly notes?: readonly string[];
}

/** What is up for the rounds of a row, or of several. */
export interface Closable {
  close(): Promise<void>;
}

/** One line of a row's table. */
export interface Contestant {
  /** As verdicts know it. */
  readonly id: string;
  readonly peer: Peer;
  readonly title: string;
  /** Contestants of neighbouring rows with the same key share what is up. */
  readonly key: string;
  /** One round is enough. @default false */
  readonly once?: boolean;
  open(): Promise<Closable>;
  round(stage: Closable): Promise<Round>;
}

/** The median of a line's column; `undefined` when it was not measured or does not count. */
export type Medians = (id: string, column: string) => number | undefined;

/** One comparison that a goal asks for. */
export interface Verdict {
  /** The number in the list of goals. */
  readonly goal: number;
  readonly text: string;
  readonly value: number | undefined;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
  /** What the value is counted in; `×` is a ratio. */
  readonly unit: string;
}

/** One table. */
export interface Row {
  /** As `--only` knows it, and the name of its plot. */
  readonly name: string;
  readonly title: string;
  /** What is done and how it is counted, one or two sentences. */
  readonly about: string;
  readonly columns: readonly Column[];
  /** The column that the plot shows. */
  readonly plot: string;
  /** Lines may be measured at the same time where haste is asked for. @default false */
  readonly together?: boolean;
  contestants(scale: Scale): readonly Contestant[];
  verdicts(median: Medians): readonly Verdict[];
}

/** A contestant whose stage has a type of its own. */
export function contestant<Stage extends Closable>(line: {
  readonly id: string;
  readonly peer: Peer;
  readonly title: string;
  readonly key: string;
  readonly once?: boolean;
  open(): Promise<Stage>;
  round(stage: Stage): Promise<Round>;
}): Contestant {
  // Whoever runs the rounds hands in what this line has opened, or one with the same key has.
  return { ...line, round: (stage) => line.round(stage as Stage) };
}

/** A comparison of one figure with another. */
export function ratio(
  goal: number,
  text: string,
  value: number | undefined,
  of: number | undefined,
  bound: Verdict['bound'],
  limit: number,
): Verdict {
  const both = value !== undefined && of !== undefined && of > 0;
  return { goal, text, value: both ? value / of : undefined, bound, limit, unit: '×' };
}

/** A comparison of a figure with a fixed bound. */
export function absolute(
  goal: number,
  text: string,
  value: number | undefined,
  bound: Verdict['bound'],
  limit: number,
  unit: string,
): Verdict {
  return { goal, text, value, bound, limit, unit };
}
