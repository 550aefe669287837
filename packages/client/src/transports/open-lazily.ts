import { ClientError } from '../client-error.ts';
import type { TransportKind } from '../connection-status.ts';
import type { OpenTransport, Transport } from './transport.ts';

/** A transport whose code is loaded when it is first needed: most pages never need it. */
export function openLazily(kind: TransportKind, load: () => Promise<OpenTransport>): OpenTransport {
  return (parts) => {
    let inner: Transport | undefined;
    let closed = false;
    load().then(
      (open) => {
        if (!closed) inner = open(parts);
      },
      (cause: unknown) => {
        const error = new ClientError('connection_failed', `The code for ${kind} could not be loaded.`, {
          cause,
        });
        if (!closed) parts.listener.closed({ error, reconnect: true, retryAfter: undefined });
      },
    );
    return {
      kind,
      send: (messages) => inner?.send(messages),
      close(code) {
        closed = true;
        inner?.close(code);
      },
    };
  };
}
