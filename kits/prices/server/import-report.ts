import type { Publication } from '@tidings/server/kit';
import type { Import } from '../events.ts';
import type { ImportRow } from './tables.ts';

/** The event that tells how far an import is. */
export function progressOf(row: ImportRow): Publication {
  return { channel: `import:${row.import}`, event: 'import_progress', data: viewOf(row) };
}

/** How far an import is. */
export function viewOf(row: ImportRow): Import {
  const { import: id, state, bytes, rows, added, changed, refused, error, created, updated } = row;
  return {
    ...{ id, state, channel: `import:${id}`, bytes, rows, added, changed, refused },
    ...{ faults: JSON.parse(row.faults) as Import['faults'], error, created, updated },
  } as Import;
}
