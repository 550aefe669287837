import { createClient, type TransportKind } from '@tidings/client';
import { type Heard, Hearing } from '../../support/hearing.ts';
import type { Mark } from '../../support/publishers.ts';
import type { StartSubscriber } from '../../support/subscribers.ts';
import { onTeardown } from '../../support/teardown.ts';

/** The client of this repository as a subscriber, by one transport. */
export function startTidings(transport: TransportKind): StartSubscriber {
  return (url, names) => {
    const hearing = new Hearing();
    const disconnects: { readonly reason?: string; readonly retryAfter?: number }[] = [];
    const client = createClient({
      url,
      transports: [transport],
      backoff: { initial: 50, max: 500 },
      pingTimeout: 500,
    });
    let live = 0;
    client.status.subscribe(() => {
      if (client.status.getSnapshot().state === 'connected') return;
      live = 0;
    });
    for (const name of names) {
      const channel = client.channel<{ mark: Mark }>(name);
      let state = 'idle';
      channel.status.subscribe(() => {
        const status = channel.status.getSnapshot();
        const began = status.state === 'live' && state !== 'live';
        state = status.state;
        if (!began) return;
        if (status.recovered) hearing.recovered();
        // The place of the first subscription; after that a gap says it.
        else if (status.recovered === undefined) hearing.told(name, status.position ?? '');
        live += 1;
        if (live === names.length) hearing.connected();
      });
      channel.onGap(({ position }) => hearing.told(name, position));
      channel.on('mark', (data, meta) => hearing.heard({ ...meta, data } satisfies Heard));
    }
    client.on('error', ({ code, retryAfter }) =>
      disconnects.push({ reason: code, ...(retryAfter === undefined ? {} : { retryAfter }) }),
    );
    const close = () => void client.close();
    onTeardown(close);
    return { hearing, disconnects, close };
  };
}
