import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown, type Report } from './markdown.ts';
import { plot } from './plot.ts';

/** The directory of the plots, beside the report. */
const PLOTS = 'performance';

/** Writes performance.md and its plots into a directory; keeps the log of the one that is there. */
export function writeReport(directory: string, report: Omit<Report, 'plots'>): void {
  mkdirSync(join(directory, PLOTS), { recursive: true });
  const file = join(directory, 'performance.md');
  const earlier = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, markdown({ ...report, plots: PLOTS }, earlier));
  for (const table of report.tables)
    writeFileSync(join(directory, PLOTS, `${table.row.name}.svg`), plot(table));
}
