/**
 * A recovery store remembers sessions of Socket.IO, so that a client that was cut off comes back to its own, also after
 * the server died.
 *
 * What every implementation holds, and `runRecoveryStoreSuite` checks: when `save` or `delete` is fulfilled, a process
 * that is started after `kill -9` of this one finds it so; when it rejects, none of it has happened. What has been saved
 * may be lost with the machine's power, but then everything is: an older record is never taken for a newer one.
 */
import type { Identity } from '../identity.ts';
import type { ResumedChannel } from './transport.ts';

/** A session as it can be recovered. */
export interface RecoveryRecord {
  /** The client's secret: who knows it comes back to the session. */
  readonly pid: string;
  /** The session. */
  readonly id: string;
  readonly identity: Identity;
  readonly channels: readonly ResumedChannel[];
  /** When its connection was lost, milliseconds since 1970-01-01 UTC; `undefined` while it lives. */
  readonly leftAt: number | undefined;
}

export interface RecoveryStore {
  /**
   * Opens it. A session that a process before this one did not see leave has left now.
   *
   * @throws Error that says what is damaged, or who has it in use.
   */
  open(now: number): Promise<void>;
  /** Keeps records, each in place of the one of the same pid. @throws TidingsError `storage_full` or `storage_unavailable`. */
  save(records: readonly RecoveryRecord[]): Promise<void>;
  load(pid: string): Promise<RecoveryRecord | undefined>;
  delete(pids: readonly string[]): Promise<void>;
  /** Deletes the records of sessions that left before a moment. */
  sweep(before: number): Promise<void>;
  close(): Promise<void>;
}
