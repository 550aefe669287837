import type { ComponentType } from 'react';
import type { Messages } from '../i18n/en.ts';

/** A page of the shell. */
export interface Page {
  readonly path: string;
  /** Its name in the header. */
  label(t: Messages): string;
  /** The kit it belongs to; the header shows it where the server has that. */
  readonly kit?: string;
  readonly component: ComponentType;
}
