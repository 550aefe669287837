/** What a watcher wants to be told of. */
export type Threshold =
  | { readonly kind: 'any' }
  | { readonly kind: 'percent'; readonly percent: number }
  /** Minor units. */
  | { readonly kind: 'amount'; readonly amount: number };
