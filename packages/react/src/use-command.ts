import { type Client, type ClientError, createStore, type SendOptions } from '@tidings/client';
import { useMemo, useSyncExternalStore } from 'react';
import { rethrow } from './rethrow.ts';
import { useClient } from './use-client.ts';
import { useStore } from './use-store.ts';

/**
 * Where a command stands.
 *
 * - `idle`: nothing was sent yet.
 * - `pending`: the server is asked.
 * - `queued`: there is no connection; the outbox keeps it until there is.
 * - `done`: `data` is the answer.
 * - `failed`: refused or given up, `error` says why.
 */
export type CommandState<Result = unknown> =
  | { readonly state: 'idle' | 'pending' | 'queued'; readonly data: undefined; readonly error: undefined }
  | { readonly state: 'done'; readonly data: Result; readonly error: undefined }
  | { readonly state: 'failed'; readonly data: undefined; readonly error: ClientError };

/** A command that can be sent; its state is that of the last one sent. */
export type UseCommandResult<Data = unknown, Result = unknown> = CommandState<Result> & {
  /**
   * Sends it. Need not be awaited: the state tells the same, and a component that goes does not take it back.
   *
   * @throws ClientError any code of the server; `aborted`, `closed`, `outbox_full`, `retries_exhausted`, `too_old`.
   */
  readonly send: (data: Data, options?: SendOptions) => Promise<Result>;
  /** Back to `idle`; what was sent stays sent. */
  readonly reset: () => void;
};

const IDLE: CommandState<never> = { state: 'idle', data: undefined, error: undefined };
const PENDING: CommandState<never> = { state: 'pending', data: undefined, error: undefined };
const QUEUED: CommandState<never> = { state: 'queued', data: undefined, error: undefined };

/** Sends a command, and tells where it stands. */
export function useCommand<Data = unknown, Result = unknown>(name: string): UseCommandResult<Data, Result> {
  const client = useClient();
  const { store, send, reset } = useMemo(() => createRun<Data, Result>(client, name), [client, name]);
  const state = useStore<CommandState<Result>>(store, IDLE);
  const { subscribe, getSnapshot } = client.status;
  const connected = useSyncExternalStore(
    subscribe,
    () => getSnapshot().state === 'connected',
    () => false,
  );
  return { ...(state === PENDING && !connected ? QUEUED : state), send, reset };
}

/** The runs of one command; the state is that of the last. */
function createRun<Data, Result>(client: Client, name: string) {
  const store = createStore<CommandState<Result>>(IDLE, rethrow);
  let last = 0;
  return {
    store,
    send(data: Data, options?: SendOptions): Promise<Result> {
      last += 1;
      const run = last;
      const tell = (state: CommandState<Result>) => {
        if (run === last) store.set(state);
      };
      tell(PENDING);
      const answer = client.command<Result>(name, data, options);
      answer.then(
        (data) => tell({ state: 'done', data, error: undefined }),
        (error: ClientError) => tell({ state: 'failed', data: undefined, error }),
      );
      return answer;
    },
    reset() {
      last += 1;
      store.set(IDLE);
    },
  };
}
