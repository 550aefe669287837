/**
 * Calls of the HTTP API, and what goes wrong with them.
 *
 * @module
 */

/** A call that was refused, or that reached nobody (`network`). */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** A code of docs/ERRORS.md, or `network`. */
  readonly code: string;
  readonly status: number;
  /** One for each fault of the request, with its place as a JSON Pointer. */
  readonly details: readonly { readonly path: string; readonly message: string }[];

  constructor(code: string, message: string, status = 0, details: CallError['details'] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** What a call may have beside its address. */
interface CallOptions {
  /** @default GET, or POST where there is a body */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a Blob as it is, with its own type. */
  readonly body?: unknown;
  /** A repeat with the same key has one effect. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** Calls the API. @param path under `/api/v1`, such as `/prices/products`. @throws CallError */
export type Call = <Result = unknown>(path: string, options?: CallOptions) => Promise<Result>;

/** Makes calls in the name of a visitor. */
export function createCall(token: string): Call {
  return async <Result>(path: string, { method, body, key, signal }: CallOptions = {}) => {
    const raw = body instanceof Blob;
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (body !== undefined) headers.set('content-type', raw ? body.type : 'application/json');
    if (key !== undefined) headers.set('idempotency-key', key);
    const init: RequestInit = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers };
    if (body !== undefined) init.body = raw ? body : JSON.stringify(body);
    if (signal) init.signal = signal;
    try {
      const response = await fetch(`/api/v1${path}`, init);
      const text = await response.text();
      if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Result;
      throw refusal(response.status, text);
    } catch (error) {
      if (error instanceof CallError || signal?.aborted) throw error;
      // It was not reached, its answer has broken off, or another has answered in its place.
      throw new CallError('network', 'The server cannot be reached.');
    }
  };
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly details?: CallError['details'];
}

function refusal(status: number, text: string): CallError {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // A proxy in front answers in its own words.
  }
  const { code = 'internal', title = `The server answered ${status}.`, detail = title, details } = problem;
  return new CallError(code, detail, status, details);
}
