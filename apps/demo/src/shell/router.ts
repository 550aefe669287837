/**
 * Pages by path, without loading the document anew.
 *
 * @module
 */
import { createStore, type Store } from '../store.ts';

/** The path that is shown. */
export const path: Store<string> = createStore(location.pathname);

/** Goes to another page of the shell. */
export function navigate(to: string): void {
  history.pushState(null, '', to);
  path.set(location.pathname);
  scrollTo(0, 0);
}

addEventListener('popstate', () => path.set(location.pathname));
