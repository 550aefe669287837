/**
 * Files on their way to a thread.
 *
 * @module
 */
import { createStore, type Store } from '@tidings/client';
import { CallError } from '../../../shared/web/call.ts';

/** A file on its way, or that did not get there. */
export interface Upload {
  readonly key: string;
  readonly name: string;
  /** From 0 to 1. */
  readonly progress: number;
  readonly error: CallError | undefined;
}

/** Sends files to a thread; whoever is there hears of each by an event. */
export class Uploads {
  /** Those that are not there yet. */
  readonly state: Store<readonly Upload[]>;
  readonly #token: string;
  readonly #thread: string;
  readonly #set: (uploads: readonly Upload[]) => void;
  readonly #requests = new Map<string, XMLHttpRequest>();

  constructor(token: string, thread: string) {
    this.#token = token;
    this.#thread = thread;
    const store = createStore<readonly Upload[]>([], (error) => {
      throw error;
    });
    this.state = store;
    this.#set = store.set;
  }

  /** Sends files, all at once. */
  add(files: Iterable<File>): void {
    for (const file of files) this.#send(file);
  }

  /** Ends one, or forgets that it has failed. */
  drop(key: string): void {
    this.#requests.get(key)?.abort();
    this.#requests.delete(key);
    this.#set(this.#now.filter((each) => each.key !== key));
  }

  close(): void {
    for (const request of this.#requests.values()) request.abort();
    this.#requests.clear();
  }

  get #now(): readonly Upload[] {
    return this.state.getSnapshot();
  }

  /** By XMLHttpRequest: `fetch` does not tell how much has been sent. */
  #send(file: File): void {
    const key = crypto.randomUUID();
    const request = new XMLHttpRequest();
    this.#requests.set(key, request);
    this.#set([...this.#now, { key, name: file.name, progress: 0, error: undefined }]);
    const query = new URLSearchParams({ name: file.name });
    request.open('POST', `/api/v1/forum/threads/${encodeURIComponent(this.#thread)}/files?${query}`);
    request.setRequestHeader('authorization', `Bearer ${this.#token}`);
    request.setRequestHeader('idempotency-key', key);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) =>
      this.#change(key, { progress: total === 0 ? 1 : loaded / total });
    request.onload = () => {
      if (request.status < 300) this.drop(key);
      else this.#change(key, { error: refusal(request) });
    };
    request.onerror = () =>
      this.#change(key, { error: new CallError('network', 'The server cannot be reached.') });
    request.send(file);
  }

  #change(key: string, change: Partial<Upload>): void {
    this.#set(this.#now.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }
}

function refusal({ status, responseText }: XMLHttpRequest): CallError {
  try {
    const { code, detail } = JSON.parse(responseText) as { readonly code: string; readonly detail?: string };
    return new CallError(code, detail ?? '', status);
  } catch {
    return new CallError('internal', `The server answered ${status}.`, status);
  }
}
