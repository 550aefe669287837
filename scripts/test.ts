/**
 * `npm test`: every check, then every test project. A failed check does not hide the others: all run, and
 * the last line says `N passed, N failed`. It counts vitest's tests, and each failed check as one failure.
 * Arguments go to vitest: `npm test -- --project unit`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatSummary, readReport, summarize } from './summary.ts';

const root = join(import.meta.dirname, '..');
const reportFile = join(root, 'node_modules/.cache/tidings/vitest.json');

/** Scripts of package.json, in the order in which they fail fastest. */
const checks = [
  'check:style',
  'check:types',
  'check:imports',
  'check:unused',
  'check:docs',
  'check:size',
  'check:packages',
];

const failedChecks = checks.filter((name) => !run(name, 'npm', ['run', '--silent', name]));

mkdirSync(join(reportFile, '..'), { recursive: true });
rmSync(reportFile, { force: true });
const testsPassed = run('vitest', 'vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
  ...process.argv.slice(2),
]);

const report = readReport(reportFile);
const summary = report ? summarize(report) : { passed: 0, failed: 0, skipped: 0 };
// An error outside any test (an unhandled rejection, a config that does not load) is in no test's result.
if (!testsPassed && summary.failed === 0) summary.failed = 1;
summary.failed += failedChecks.length;

if (failedChecks.length > 0) console.log(`\nfailed checks: ${failedChecks.join(', ')}`);
console.log(`\n${formatSummary(summary)}`);
process.exitCode = summary.failed > 0 ? 1 : 0;

function run(name: string, command: string, args: string[]): boolean {
  console.log(`\n— ${name}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(error.message);
  return status === 0;
}
