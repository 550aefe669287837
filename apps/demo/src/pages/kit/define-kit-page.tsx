import type { ComponentType } from 'react';
import type { KitPageProps } from '../../../../../kits/shared/web/kit-page.ts';
import type { Page } from '../page.ts';
import { KitPage } from './kit-page.tsx';
import { Unreached } from './unreached.tsx';

/** Declares the page of a kit, whose code is loaded when somebody goes there. @param load gives the page's component. */
export function defineKitPage(
  kit: string,
  label: Page['label'],
  load: () => Promise<ComponentType<KitPageProps>>,
): Page {
  let loading: ReturnType<typeof load> | undefined;
  const once = () => {
    // Not thrown: it would take the whole shell along.
    loading ??= load().catch(() => Unreached);
    return loading;
  };
  return { path: `/${kit}`, kit, label, component: () => <KitPage kit={kit} load={once} /> };
}
