/**
 * What one tick has for a connection, as a tree shared by all connections.
 *
 * Appending the same run of frames to the same batch gives the same batch, so that subscribers whose pending frames are
 * the same hold one object, and its bytes are joined once for all of them.
 *
 * @module
 */
/** Bytes ready to be sent; a string where the library underneath wants one. */
export type Frame = Buffer | string;

/** Frames that stay together: the events of one channel in one tick, or one reply. */
export type Run = readonly Frame[];

export class Batch {
  /** Bytes (characters where frames are strings) in the whole batch. */
  readonly bytes: number;
  readonly #before: Batch | undefined;
  readonly #run: Run;
  #joined: Buffer | undefined;
  #lastRun: Run | undefined;
  #lastNext: Batch | undefined;
  #next: Map<Run, Batch> | undefined;

  private constructor(before: Batch | undefined, run: Run) {
    this.#before = before;
    this.#run = run;
    let bytes = before ? before.bytes : 0;
    for (const frame of run) bytes += frame.length;
    this.bytes = bytes;
  }

  /** A batch of one run. Share the result, not the call. */
  static of(run: Run): Batch {
    return new Batch(undefined, run);
  }

  /** This batch and then `run`; the same object for the same run object. */
  append(run: Run): Batch {
    if (this.#lastRun === run) return this.#lastNext as Batch;
    let next = this.#next?.get(run);
    if (!next) {
      // A batch of nothing is only where others begin.
      next = new Batch(this.#before || this.#run.length > 0 ? this : undefined, run);
      if (this.#lastRun) {
        this.#next ??= new Map([[this.#lastRun, this.#lastNext as Batch]]);
        this.#next.set(run, next);
      }
    }
    this.#lastRun = run;
    this.#lastNext = next;
    return next;
  }

  /** All frames in order. */
  frames(): readonly Frame[] {
    if (!this.#before) return this.#run;
    const runs: Run[] = [];
    for (let batch: Batch | undefined = this; batch; batch = batch.#before) runs.push(batch.#run);
    return runs.reverse().flat();
  }

  /**
   * All frames as one buffer; joined once, then shared. Only for wires whose frames are buffers.
   *
   * @param join the wire's, the same on every call: a batch has the frames of one wire.
   */
  joined(join: (frames: readonly Buffer[]) => Buffer = concat): Buffer {
    this.#joined ??= join(this.frames() as readonly Buffer[]);
    return this.#joined;
  }
}

function concat(frames: readonly Buffer[]): Buffer {
  return frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
}
