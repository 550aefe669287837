import { type Call, CallError } from '../../kits/shared/web/call.ts';
import type { Api } from './api.ts';

/** Reads as a page does, but holds the answers to some addresses back after they were read. */
export class HeldCalls {
  readonly #api: Api;
  readonly #held = new Map<string, { readonly read: () => void; readonly open: Promise<void> }>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** @returns when the answer has been read, and what lets it go on. */
  hold(path: string) {
    const [read, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#held.set(path, { read: read.resolve, open: open.promise });
    return { read: read.promise, release: open.resolve };
  }

  readonly call = (async (path, { signal } = {}) => {
    const { status, body, text } = await this.#api.get(path);
    if (status >= 300) throw new CallError(String(body.code), text, status);
    const held = this.#held.get(path);
    this.#held.delete(path);
    held?.read();
    await held?.open;
    signal?.throwIfAborted();
    return body;
  }) as Call;
}
