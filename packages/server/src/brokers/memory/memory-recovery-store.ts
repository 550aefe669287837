import type { RecoveryRecord, RecoveryStore } from '../../core/ports/recovery-store.ts';

/** Remembers sessions as long as the process lives. */
export class MemoryRecoveryStore implements RecoveryStore {
  readonly #records = new Map<string, RecoveryRecord>();

  async open(): Promise<void> {}

  async save(records: readonly RecoveryRecord[]): Promise<void> {
    for (const record of records) this.#records.set(record.pid, record);
  }

  async load(pid: string): Promise<RecoveryRecord | undefined> {
    return this.#records.get(pid);
  }

  async delete(pids: readonly string[]): Promise<void> {
    for (const pid of pids) this.#records.delete(pid);
  }

  async sweep(before: number): Promise<void> {
    for (const { pid, leftAt } of this.#records.values())
      if (leftAt !== undefined && leftAt < before) this.#records.delete(pid);
  }

  async close(): Promise<void> {}
}
