/** An answer of the HTTP API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Its body where that is a JSON object, else empty. */
  readonly body: Body;
  readonly text: string;
}

/** A JSON object; tests look at it with matchers. */
export type Body = Readonly<Record<string, unknown>>;

/** Where an API is, and who calls. */
export interface ApiOptions {
  readonly url: string;
  /** The API key or a user's token; `undefined` sends none. */
  readonly bearer: string | undefined;
}

/** Calls an HTTP API. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** The same API, called by somebody else. */
  as(bearer: string | undefined): Api {
    return new Api({ ...this.#options, bearer });
  }

  /** Sends a request; a body that is no string goes as JSON. @param path under `/api/v1`, or from the root with `//`. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { url, bearer } = this.#options;
    const response = await fetch(path.startsWith('//') ? url + path.slice(1) : `${url}/api/v1${path}`, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    } as RequestInit);
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: json && text !== '' ? (JSON.parse(text) as Body) : {},
      text,
    };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return this.call('POST', path, body, headers);
  }

  /** Publishes one event. @throws Error when that is refused. */
  async publish(channel: string, event: string, data?: unknown, more: object = {}): Promise<Receipt> {
    const { status, body, text } = await this.post('/publish', { channel, event, data, ...more });
    if (status !== 200) throw new Error(`publish was answered ${status}: ${text}`);
    return body as unknown as Receipt;
  }
}

/** Where a publish landed. */
export interface Receipt {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
}
