import type { DisconnectReason } from '@tidings/protocol';

/** Why a session is ended whose application says whether its client may come back by itself. */
export function endReason({ reconnect = true }: { readonly reconnect?: boolean }): DisconnectReason {
  return reconnect ? 'disconnected' : 'kicked';
}
