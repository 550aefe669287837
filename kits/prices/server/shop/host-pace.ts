/** Options of {@link HostPace}. */
export interface HostPaceOptions {
  readonly clock: { now(): number };
  /** Milliseconds between the end of a request to a host and the next. */
  readonly delay: number;
}

interface Host {
  busy: boolean;
  /** When the next request may start. */
  free: number;
  /** When a turn is given to whoever asks now and has to wait. */
  queue: number;
  /** How often in a row it asked for patience. */
  refusals: number;
}

const MINUTE = 60_000;
/** The first wait of a host that asks for patience without saying how long; doubled each time. */
const FIRST_WAIT = MINUTE;
const LONGEST_WAIT = 24 * 60 * MINUTE;
/** Hosts that are remembered before those without a claim are forgotten. */
const MANY = 1000;

/** Whose turn it is: one request at a time to a host, with a pause in between. */
export class HostPace {
  readonly #options: HostPaceOptions;
  readonly #hosts = new Map<string, Host>();

  constructor(options: HostPaceOptions) {
    this.#options = options;
  }

  /**
   * Takes a host's turn; `done` gives it back.
   *
   * @returns Undefined when it is taken; otherwise milliseconds since 1970 at which to come back. Who comes next is
   *   given a later time, so that all who wait do not come at once.
   */
  take(name: string): number | undefined {
    const now = this.#options.clock.now();
    const host = this.#hosts.get(name) ?? { busy: false, free: now, queue: now, refusals: 0 };
    if (!host.busy && host.free <= now) {
      this.#forget(now);
      host.busy = true;
      host.free = now + this.#options.delay;
      host.queue = host.free;
      this.#hosts.set(name, host);
      return undefined;
    }
    const turn = Math.max(host.queue, host.free, now + 1);
    host.queue = turn + this.#options.delay;
    return turn;
  }

  /** Ends a turn: the next may come after the usual pause, or the longer one that the shop's robots.txt asks for. */
  done(name: string, delay = 0): void {
    this.#end(name, Math.max(delay, this.#options.delay), 0);
  }

  /** Ends a turn with which a host asked for patience, for so many milliseconds if it said. */
  refused(name: string, retryAfter: number | undefined): void {
    const refusals = (this.#hosts.get(name)?.refusals ?? 0) + 1;
    const wait = Math.min(FIRST_WAIT * 2 ** (refusals - 1), LONGEST_WAIT);
    this.#end(name, Math.max(retryAfter ?? wait, this.#options.delay), refusals);
  }

  #end(name: string, pause: number, refusals: number): void {
    const host = this.#hosts.get(name);
    if (!host) return;
    host.busy = false;
    host.free = this.#options.clock.now() + pause;
    host.queue = Math.max(host.queue, host.free);
    host.refusals = refusals;
  }

  #forget(now: number): void {
    if (this.#hosts.size < MANY) return;
    for (const [name, host] of this.#hosts)
      if (!host.busy && host.free + (host.refusals > 0 ? LONGEST_WAIT : 0) <= now) this.#hosts.delete(name);
  }
}
