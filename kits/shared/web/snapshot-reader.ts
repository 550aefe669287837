/**
 * Reads what events keep up to date. An answer that is on its way may have been read before something that is heard
 * meanwhile; what it says is then old, and would overwrite what is newer.
 */
export class SnapshotReader {
  #heard = 0;
  #asked = 0;

  /** Say so of every event that the snapshot tells of too, and of what was done here. */
  hear(): void {
    this.#heard += 1;
  }

  /**
   * Reads a snapshot, and again where something was heard meanwhile.
   *
   * @param ask throws what is thrown on.
   * @returns `undefined` when it was asked for anew meanwhile: only the newest counts, and whether it fails.
   */
  async read<Snapshot>(ask: () => Promise<Snapshot>): Promise<Snapshot | undefined> {
    this.#asked += 1;
    const asked = this.#asked;
    for (;;) {
      const heard = this.#heard;
      try {
        const snapshot = await ask();
        if (asked !== this.#asked) return undefined;
        if (heard === this.#heard) return snapshot;
      } catch (error) {
        if (asked !== this.#asked) return undefined;
        throw error;
      }
    }
  }

  /**
   * Does something that is told by an event too.
   *
   * @param act throws what is thrown on.
   * @returns the answer; `undefined` when something was heard meanwhile, and what was done has been, or will be.
   */
  async act<Answer>(act: () => Promise<Answer>): Promise<Answer | undefined> {
    const heard = this.#heard;
    const answer = await act();
    const newest = heard === this.#heard;
    // A snapshot that is on its way may know nothing of it.
    this.hear();
    return newest ? answer : undefined;
  }
}
