import { createTestCore, settled, type TestClient, type TestCore } from './test-core.ts';

const open = { rights: { subscribe: 'anyone' } } as const;
const NAMESPACES = {
  room: open,
  lossy: { ...open, overflow: 'drop-oldest' },
  price: { ...open, overflow: 'conflate' },
} as const;

/** A core with a client that follows channels. */
export async function following(...channels: string[]) {
  const core = await createTestCore({ namespaces: NAMESPACES });
  const client = core.connect();
  await follow(client, 1, ...channels);
  return { ...core, client };
}

/** Has a client follow channels, and waits until it does. */
export async function follow(client: TestClient, id: number, ...channels: unknown[]) {
  client.say({ type: 'subscribe', id, channels });
  await settled();
}

/** Numbers what is published on channels, from 1. */
export async function publish(core: TestCore, ...channels: string[]) {
  const receipts = channels.map((channel, index) => core.publish(channel, index + 1));
  await Promise.all(receipts);
}
