/** Where positions are kept over a reload of the page; see `webStoragePositions`. */
export interface PositionStore {
  /** What was kept: channel → `epoch:offset`. */
  load(): Readonly<Record<string, string>>;
  /** Keeps all of them, in place of what was kept: of the 1000 channels at most that were heard last. @throws Error when they cannot be kept. */
  save(positions: Readonly<Record<string, string>>): void;
}
