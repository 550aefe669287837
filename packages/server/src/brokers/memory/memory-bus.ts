import type { NodeBus } from '../../core/ports/node-bus.ts';

type Listener = (data: unknown, from: string) => void;

/** The bus of one process: that of a server alone, which has nobody to tell; or of several in it that share `nodes`. */
export class MemoryBus implements NodeBus {
  readonly node: string;
  readonly #nodes: Set<MemoryBus>;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(node: string, nodes: Set<MemoryBus> = new Set()) {
    this.node = node;
    this.#nodes = nodes;
  }

  async start(): Promise<void> {
    this.#nodes.add(this);
  }

  async tell(topic: string, data: unknown): Promise<number> {
    const json = JSON.stringify(data ?? null);
    const others = [...this.#nodes].filter((bus) => bus !== this);
    for (const other of others) queueMicrotask(() => other.#take(topic, JSON.parse(json), this.node));
    return others.length;
  }

  hear(topic: string, listener: Listener): void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
  }

  /** Nothing is ever missed. */
  onMissed(): void {}

  async close(): Promise<void> {
    this.#nodes.delete(this);
  }

  #take(topic: string, data: unknown, from: string): void {
    if (!this.#nodes.has(this)) return;
    for (const listener of this.#listeners.get(topic) ?? []) listener(data, from);
  }
}
