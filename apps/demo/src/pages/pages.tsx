import type { ComponentType } from 'react';
import type { Messages } from '../i18n/en.ts';
import { defineKitPage } from './kit/define-kit-page.tsx';
import { LivePage } from './live/live-page.tsx';

/** A page of the shell. */
export interface Page {
  readonly path: string;
  /** Its name in the header. */
  label(t: Messages): string;
  /** The kit it belongs to; the header shows it where the server has that. */
  readonly kit?: string;
  readonly component: ComponentType;
}

/** The pages, in the order of the header. */
export const PAGES: readonly Page[] = [
  { path: '/', label: (t) => t.shell.live, component: LivePage },
  defineKitPage(
    'prices',
    (t) => t.shell.prices,
    async () => (await import('../../../../kits/prices/web/prices-page.tsx')).PricesPage,
  ),
  defineKitPage(
    'rooms',
    (t) => t.shell.rooms,
    async () => (await import('../../../../kits/rooms/web/rooms-page.tsx')).RoomsPage,
  ),
];
