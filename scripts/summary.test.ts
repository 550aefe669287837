import { expect, it } from 'vitest';
import { formatSummary, type Report, summarize } from './summary.ts';

const report = (testResults: Report['testResults'], counts: Partial<Report> = {}): Report => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  ...counts,
  testResults,
});

it('counts what vitest counted', () => {
  const summary = summarize(
    report([], { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }),
  );
  expect(formatSummary(summary)).toBe('5 passed, 1 failed, 3 skipped');
});

it('names skipped tests only when there are some', () => {
  expect(formatSummary({ passed: 2, failed: 0, skipped: 0 })).toBe('2 passed, 0 failed');
});

it('counts a file that could not be loaded as a failure', () => {
  const summary = summarize(report([{ name: 'broken.test.ts', status: 'failed', assertionResults: [] }]));
  expect(summary.failed).toBe(1);
});

it('counts a failed test once, not its file as well', () => {
  const summary = summarize(
    report([{ name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] }], {
      numFailedTests: 1,
    }),
  );
  expect(summary.failed).toBe(1);
});
