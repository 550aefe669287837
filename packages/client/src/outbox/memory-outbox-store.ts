import type { OutboxEntry, OutboxStore } from './outbox-store.ts';

/** Keeps nothing beyond the page or process: the outbox itself holds the entries. */
export class MemoryOutboxStore implements OutboxStore {
  async adopt(): Promise<readonly OutboxEntry[]> {
    return [];
  }
  async add(): Promise<void> {}
  async remove(): Promise<void> {}
  async close(): Promise<void> {}
}
