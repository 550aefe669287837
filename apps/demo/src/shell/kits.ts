import { createStore, type Store } from '../store.ts';

/** The kits of the server; unknown until it has answered. */
export const kits: Store<ReadonlySet<string> | undefined> = createStore<ReadonlySet<string> | undefined>(
  undefined,
);

void fetch('/api/v1/kits')
  .then(async (response) => (await response.json()) as { readonly kits?: readonly string[] })
  .then((answer) => kits.set(new Set(answer.kits)))
  // A server that cannot be reached says so wherever something is asked of it.
  .catch(() => kits.set(new Set()));
