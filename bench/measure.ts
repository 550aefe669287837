/**
 * Runs the rows: opens what each needs, and measures its lines in turn, round after round.
 *
 * @module
 */
import type { Closable, Contestant, Medians, Round, Row, Scale, Verdict } from './rows/row.ts';

/** A line of a table, measured. */
export interface Line {
  readonly id: string;
  readonly title: string;
  /** Why there is nothing, when there is nothing. */
  readonly missing?: string;
  readonly rounds: readonly Round[];
  /** What was wrong in any round, each once. */
  readonly faults: readonly string[];
  /** What else is to be known, each once. */
  readonly notes: readonly string[];
}

/** A row, measured. */
export interface Table {
  readonly row: Row;
  readonly lines: readonly Line[];
  readonly verdicts: readonly Verdict[];
}

export interface MeasureOptions {
  readonly scale: Scale;
  /** Names of peers; empty for all. */
  readonly peers: readonly string[];
  /** When to stop, milliseconds since 1970. */
  readonly deadline: number;
  say(text: string): void;
}

/** Said of a line whose turn did not come. */
const TIME_UP = 'not measured: the time was up';

/** A line while its row is measured. */
interface Running {
  readonly contestant: Contestant;
  missing: string | undefined;
  readonly rounds: Round[];
}

/** Measures rows one after the other. */
export async function measure(rows: readonly Row[], options: MeasureOptions): Promise<Table[]> {
  const stages = new Map<string, Closable>();
  const tables: Table[] = [];
  try {
    for (const row of rows) {
      const contestants = row
        .contestants(options.scale)
        .filter(({ peer }) => options.peers.length === 0 || options.peers.includes(peer.name));
      if (contestants.length === 0) continue;
      const began = Date.now();
      const keys = new Set(contestants.map(({ key }) => key));
      await closeOthers(stages, keys);
      const lines = await measureRow(contestants, stages, row, options);
      tables.push({ row, lines, verdicts: row.verdicts(medians(lines)) });
      options.say(`${row.title} (${Math.round((Date.now() - began) / 1000)} s):`);
      for (const line of lines) options.say(`  ${summary(row, line)}`);
    }
  } finally {
    await closeOthers(stages, new Set());
  }
  return tables;
}

async function closeOthers(stages: Map<string, Closable>, keys: ReadonlySet<string>): Promise<void> {
  for (const [key, stage] of stages) {
    if (keys.has(key)) continue;
    stages.delete(key);
    await stage.close();
  }
}

async function measureRow(
  contestants: readonly Contestant[],
  stages: Map<string, Closable>,
  { together = false }: Row,
  { scale, deadline }: MeasureOptions,
): Promise<Line[]> {
  const lines = contestants.map(
    (contestant): Running => ({ contestant, missing: contestant.peer.missing(), rounds: [] }),
  );
  await Promise.all(lines.map((line) => openLine(line, stages, deadline)));
  for (let round = 0; round < scale.rounds; round++) {
    const due = lines.filter(
      ({ contestant, missing }) => missing === undefined && (round === 0 || !contestant.once),
    );
    // One after the other, so that nothing else is busy; memory alone may be looked at while others are.
    if (together && scale.name !== 'full')
      await Promise.all(due.map((line) => playRound(line, stages, deadline)));
    else for (const line of due) await playRound(line, stages, deadline);
  }
  return lines.map(({ contestant: { id, title }, missing, rounds }) => ({
    id,
    title,
    rounds,
    faults: [...new Set(rounds.flatMap(({ faults }) => faults))],
    notes: [...new Set(rounds.flatMap(({ notes = [] }) => notes))],
    ...(missing === undefined ? {} : { missing }),
  }));
}

async function openLine(line: Running, stages: Map<string, Closable>, deadline: number): Promise<void> {
  const { key, open } = line.contestant;
  if (line.missing !== undefined || stages.has(key)) return;
  if (Date.now() > deadline) line.missing = TIME_UP;
  else
    await open()
      .then((stage) => stages.set(key, stage))
      .catch((error: Error) => {
        line.missing = `failed: ${error.message}`;
      });
}

async function playRound(line: Running, stages: Map<string, Closable>, deadline: number): Promise<void> {
  const { contestant, rounds } = line;
  const stage = stages.get(contestant.key);
  if (!stage) return;
  if (Date.now() > deadline) {
    if (rounds.length === 0) line.missing = TIME_UP;
    return;
  }
  rounds.push(
    await contestant.round(stage).catch((error: Error): Round => ({ values: {}, faults: [error.message] })),
  );
}

/** The median of a line's column over its rounds. */
export function medianOf({ rounds }: Line, column: string): number | undefined {
  const values = rounds
    .flatMap((round) => round.values[column] ?? [])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  const middle = values.length >> 1;
  const upper = values[middle] as number;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] as number)) / 2;
}

/** Nothing is compared with a line that lost a message. */
function medians(lines: readonly Line[]): Medians {
  return (id, column) => {
    const line = lines.find((candidate) => candidate.id === id);
    return line && line.faults.length === 0 ? medianOf(line, column) : undefined;
  };
}

function summary({ columns }: Row, line: Line): string {
  const figures = columns.flatMap(({ key, title, digits }) => {
    const value = medianOf(line, key);
    return value === undefined ? [] : [`${value.toFixed(digits)} ${title}`];
  });
  return `${line.title.padEnd(28)} ${[line.missing ?? figures.join(' · '), ...line.faults.map((text) => `! ${text}`), ...line.notes].join('  ')}`;
}
