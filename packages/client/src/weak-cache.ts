/** Objects by name, each the same for as long as somebody has it. */
export class WeakCache<T extends object> {
  readonly #entries = new Map<string, WeakRef<T>>();
  readonly #gone = new FinalizationRegistry<string>((name) => {
    if (this.#entries.get(name)?.deref() === undefined) this.#entries.delete(name);
  });

  /** The object of this name, made when there is none. */
  get(name: string, make: () => T): T {
    const before = this.#entries.get(name)?.deref();
    if (before) return before;
    const made = make();
    this.#entries.set(name, new WeakRef(made));
    this.#gone.register(made, name);
    return made;
  }
}
