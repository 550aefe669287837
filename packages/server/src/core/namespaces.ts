import { type ChannelName, parseChannelName, TidingsError } from '@tidings/protocol';
import type { Namespace } from './namespace.ts';

/** A channel's name, taken apart and looked up. */
export interface ResolvedChannel extends ChannelName {
  readonly channel: string;
  readonly config: Namespace;
}

/** Names that are kept taken apart. */
const MAX_RESOLVED = 10_000;

/** The namespaces of a server, by name. */
export class Namespaces {
  readonly #byName = new Map<string, Namespace>();
  /** Names that came lately: nearly every command and event names a channel that one before it named. */
  readonly #resolved = new Map<string, ResolvedChannel>();
  /** The one that came last: what is published at once is often for one channel, and looking it up takes a hash of its name. */
  #last: ResolvedChannel | undefined;

  /** @throws Error when the name is taken. */
  add(namespace: Namespace): void {
    if (this.#byName.has(namespace.name)) throw new Error(`namespace "${namespace.name}" is declared twice`);
    this.#byName.set(namespace.name, namespace);
  }

  get(name: string): Namespace | undefined {
    return this.#byName.get(name);
  }

  all(): readonly Namespace[] {
    return [...this.#byName.values()];
  }

  /** @throws TidingsError `bad_channel` or `unknown_namespace`. */
  resolve(channel: string): ResolvedChannel {
    if (this.#last?.channel === channel) return this.#last;
    this.#last = this.#resolved.get(channel) ?? this.#resolve(channel);
    return this.#last;
  }

  #resolve(channel: string): ResolvedChannel {
    const name = parseChannelName(channel);
    if (!name) throw new TidingsError('bad_channel');
    const config = this.#byName.get(name.namespace);
    if (!config)
      throw new TidingsError('unknown_namespace', `No namespace "${name.namespace}" is configured.`);
    const resolved = { ...name, channel, config };
    if (this.#resolved.size >= MAX_RESOLVED) this.#resolved.clear();
    this.#resolved.set(channel, resolved);
    return resolved;
  }
}
