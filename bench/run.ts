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
import { ROWS } from './rows/all.ts';
import { FULL, QUICK, QUICK_LIMIT, SMOKE } from './scales.ts';

const HELP = `npm run bench -- [options]

  --quick        all rows within three minutes
  --smoke        tiny, for the correctness of counts
  --only NAMES   rows and peers, separated by commas; without a row all rows, without a peer all peers
  --help

rows:  ${ROWS.map(({ name }) => name).join(', ')}
peers: ${PEERS.map(({ name }) => name).join(', ')}
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
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
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'latest.json'), JSON.stringify({ machine, scale, tables }, null, 1));
  // The times of a smoke mean nothing.
  for (const { verdicts } of tables)
    for (const { goal, text, value, bound, limit, unit } of verdicts)
      if (value !== undefined && scale !== SMOKE) {
        const met = bound === 'at most' ? value <= limit : value >= limit;
        console.log(
          `goal ${goal}: ${text}: ${value.toFixed(2)} ${unit} (${bound} ${limit}) ${met ? 'met' : 'NOT MET'}`,
        );
      }
  if (tables.some(({ lines }) => lines.some(({ faults }) => faults.length > 0))) process.exitCode = 1;
}

function pick<Named extends { readonly name: string }>(
  all: readonly Named[],
  only: readonly string[],
): readonly Named[] {
  const chosen = all.filter(({ name }) => only.includes(name));
  return chosen.length > 0 ? chosen : all;
}
