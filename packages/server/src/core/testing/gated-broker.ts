import type { Broker, HistoryPolicy, Slice, SliceRequest } from '../ports/broker.ts';

/** A broker whose reads take as long as a test wants, as over a network. */
export class GatedBroker implements Broker {
  readonly #inner: Broker;
  #gates: (() => void)[] | undefined;
  #late = false;
  /** Set to make reads fail. */
  fault: Error | undefined;

  constructor(inner: Broker) {
    this.#inner = inner;
  }

  /** From now on reads wait: for their answer to come, or, `late`, before they are begun. */
  hold({ late = false } = {}): void {
    this.#gates ??= [];
    this.#late = late;
  }

  /** How many reads wait. */
  get held(): number {
    return this.#gates?.length ?? 0;
  }

  /** Lets one read that waits go on, the oldest unless told which. */
  releaseOne(index = 0): void {
    for (const open of this.#gates?.splice(index, 1) ?? []) open();
  }

  /** Lets all reads go on, and later ones not wait. */
  release(): void {
    const gates = this.#gates ?? [];
    this.#gates = undefined;
    this.#late = false;
    for (const open of gates) open();
  }

  async read(channel: string, policy: HistoryPolicy, request: SliceRequest): Promise<Slice> {
    const read = () => this.#inner.read(channel, policy, request);
    const early = this.#late ? undefined : read();
    const gates = this.#gates;
    if (gates) await new Promise<void>((open) => gates.push(open));
    if (this.fault) throw this.fault;
    return early ?? read();
  }

  get log() {
    return this.#inner.log;
  }
  start: Broker['start'] = (onEvent) => this.#inner.start(onEvent);
  publish: Broker['publish'] = (request, policy) => this.#inner.publish(request, policy);
  clear: Broker['clear'] = (channel, policy) => this.#inner.clear(channel, policy);
  list: Broker['list'] = (request) => this.#inner.list(request);
  head: Broker['head'] = () => this.#inner.head();
  isOwn: Broker['isOwn'] = (event) => this.#inner.isOwn(event);
  close: Broker['close'] = () => this.#inner.close();
}
