import { createStore, type Store } from '../store.ts';

/** The kits of the server; unknown until it has answered. */
export const kits: Store<ReadonlySet<string> | undefined> = createStore<ReadonlySet<string> | undefined>(
  undefined,
);

/** Before a server that could not answer is asked again, milliseconds. */
const AGAIN = 3000;

async function ask(): Promise<void> {
  try {
    const answer = await fetch('/api/v1/kits');
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    kits.set(new Set(((await answer.json()) as { readonly kits?: readonly string[] }).kits));
  } catch {
    // A server that cannot be reached says so wherever something is asked of it.
    setTimeout(ask, AGAIN);
  }
}

void ask();
