/**
 * Web Push by a Tidings server: what `createNotifications` needs for it.
 *
 * @module
 */
import type { TokenSource } from '../options.ts';
import type { NotificationsOptions } from './create-notifications.ts';

export interface ServerPushOptions {
  /** The server. @default that of the page */
  readonly url?: string | undefined;
  /** Whose devices they are: a token, or what gives one. */
  readonly token: string | TokenSource;
  /** What the user calls this device. */
  readonly label?: string | undefined;
}

/** Bytes of the hash of an endpoint that are a device's id. */
const ID_BYTES = 16;

/**
 * Has pushes sent by a Tidings server.
 *
 * @example
 * createNotifications(serverPush({ url: 'https://live.example.com', token: fetchToken }));
 */
export function serverPush({
  url = location.origin,
  token,
  label,
}: ServerPushOptions): Required<Pick<NotificationsOptions, 'vapidKey' | 'save' | 'forget'>> {
  async function call(method: string, path: string, body?: object): Promise<Response> {
    const bearer =
      path === 'key'
        ? undefined
        : typeof token === 'function'
          ? await token(new AbortController().signal)
          : token;
    const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/push/${path}`, {
      method,
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`The server answered ${response.status}: ${await response.text()}`);
    return response;
  }
  return {
    async vapidKey() {
      const { publicKey } = (await (await call('GET', 'key')).json()) as { readonly publicKey: string };
      return publicKey;
    },
    save: (subscription) => call('POST', 'subscriptions', { ...subscription, label }),
    forget: async (endpoint) => call('DELETE', `subscriptions/${await deviceIdOf(endpoint)}`),
  };
}

async function deviceIdOf(endpoint: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  const bytes = new Uint8Array(hash, 0, ID_BYTES);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
