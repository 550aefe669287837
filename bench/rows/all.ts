import { channels } from './channels.ts';
import { fanout } from './fanout.ts';
import { paced } from './paced.ts';
import type { Row } from './row.ts';
import { single } from './single.ts';

/** Every row, in the order of the tables; neighbours share what is up. */
export const ROWS: readonly Row[] = [fanout, single, paced, channels];
