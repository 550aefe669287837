import { defineKitPage } from './kit/define-kit-page.tsx';
import { LivePage } from './live/live-page.tsx';
import type { Page } from './page.ts';

/** The pages, in the order of the header. */
export const PAGES: readonly Page[] = [
  { path: '/', label: (t) => t.shell.live, component: LivePage },
  defineKitPage(
    'prices',
    (t) => t.shell.prices,
    async () => (await import('../../../../kits/prices/web/prices-page.tsx')).PricesPage,
  ),
  defineKitPage(
    'kitchen',
    (t) => t.shell.kitchen,
    async () => (await import('../../../../kits/kitchen/web/kitchen-page.tsx')).KitchenPage,
  ),
  defineKitPage(
    'rooms',
    (t) => t.shell.rooms,
    async () => (await import('../../../../kits/rooms/web/rooms-page.tsx')).RoomsPage,
  ),
  defineKitPage(
    'forum',
    (t) => t.shell.forum,
    async () => (await import('../../../../kits/forum/web/forum-page.tsx')).ForumPage,
  ),
  defineKitPage(
    'market',
    (t) => t.shell.market,
    async () => (await import('../../../../kits/market/web/market-page.tsx')).MarketPage,
  ),
];
