/**
 * `npm run bench`: measures Tidings beside its peers and writes docs/performance.md.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, hasTwoCores } from './machine.ts';
import { measure } from './measure.ts';
import { PEERS } from './peers/all.ts';
import { outcome } from './report/markdown.ts';
import { writeReport } from './report/write-report.ts';
import { ROWS } from './rows/all.ts';
import { FULL, QUICK, QUICK_LIMIT, SMOKE } from './scales.ts';

const DOCS = join(import.meta.dirname, '../docs');

const HELP = `npm run bench -- [options]

  --quick        all rows within three minutes
  --smoke        tiny, for the correctness of counts
  --only NAMES   rows and peers, separated by commas; without a row all rows, without a peer all peers
  --results DIR  where the raw results go, and the report of a run that is not whole; bench/results unless given
  --help

Only a whole run writes docs/performance.md.

rows:  ${ROWS.map(({ name }) => name).join(', ')}
peers: ${PEERS.map(({ name }) => name).join(', ')}
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const scale = flags.smoke ? SMOKE : flags.quick ? QUICK : FULL;
  const only = flags.only.split(',').filter((name) => name !== '');
  const rows = pick(ROWS, only);
  const peers = pick(PEERS, only);
  const unknown = only.filter((name) => ![...ROWS, ...PEERS].some((known) => known.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown: ${unknown.join(', ')}\n\n${HELP}`);
    process.exit(2);
  }
  const machine = describeMachine(loadavg()[0] ?? 0);
  if (!hasTwoCores()) console.log('This machine has one core: the load takes its share of the server’s.');
  const tables = await measure(rows, {
    scale,
    peers: peers.length === PEERS.length ? [] : peers.map(({ name }) => name),
    deadline: scale === QUICK ? Date.now() + QUICK_LIMIT * 1000 : Number.POSITIVE_INFINITY,
    say: (text) => console.log(text),
  });
  mkdirSync(flags.results, { recursive: true });
  writeFileSync(join(flags.results, 'latest.json'), JSON.stringify({ machine, scale, tables }, null, 1));
  // Only a whole run of full length is published; any other may be looked at.
  const published = scale === FULL && only.length === 0;
  const command = ['npm run bench', ...process.argv.slice(2)].join(' ').replace('bench ', 'bench -- ');
  writeReport(published ? DOCS : flags.results, { machine, scale, tables, command, date: new Date() });
  // The times of a smoke mean nothing.
  for (const verdict of scale === SMOKE ? [] : tables.flatMap(({ verdicts }) => verdicts))
    if (verdict.value !== undefined)
      console.log(
        `goal ${verdict.goal}: ${verdict.text}: ${verdict.value.toFixed(2)} ${verdict.unit} (${verdict.bound} ${verdict.limit}) ${outcome(verdict)}`,
      );
  console.log(`written to ${join(published ? DOCS : flags.results, 'performance.md')}`);
  if (tables.some(({ lines }) => lines.some(({ faults }) => faults.length > 0))) process.exitCode = 1;
}

function pick<Named extends { readonly name: string }>(
  all: readonly Named[],
  only: readonly string[],
): readonly Named[] {
  const chosen = all.filter(({ name }) => only.includes(name));
  return chosen.length > 0 ? chosen : all;
}
