/**
 * Where a client stands in one channel: whether an event is the next one, an old one, or beyond a hole.
 *
 * @module
 */
import { formatPosition, type Position, parsePosition } from '@tidings/protocol';

/** What to do with an event. */
export type Verdict = 'deliver' | 'duplicate' | 'hole';

export class PositionTracker {
  #position: Position | undefined;
  /** The channel spares slow readers, so offsets may jump. */
  jumps = false;

  /** What has been heard, `epoch:offset`. */
  get position(): string | undefined {
    return this.#position && formatPosition(this.#position);
  }

  /** Begins at a place; one that cannot be read is none. */
  set(position: string | undefined): void {
    this.#position = position === undefined ? undefined : parsePosition(position);
  }

  /** Judges an event, and moves on when it is to be delivered. */
  take({ epoch, offset }: Position): Verdict {
    const at = this.#position;
    if (at) {
      if (at.epoch !== epoch) return 'hole';
      if (offset <= at.offset) return 'duplicate';
      if (offset > at.offset + 1 && !this.jumps) return 'hole';
    }
    this.#position = { epoch, offset };
    return 'deliver';
  }
}
