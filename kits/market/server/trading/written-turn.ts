import type { BestChange } from '../market-part.ts';
import type { BookRow } from './books.ts';
import type { MatchRow } from './match-view.ts';
import type { Deal, OpenedBook } from './turn.ts';

/** What a turn has changed, as it stands in the tables now. */
export interface WrittenTurn {
  readonly matches: readonly { readonly deal: Deal; readonly row: MatchRow }[];
  readonly books: readonly { readonly book: OpenedBook; readonly row: BookRow }[];
  readonly changes: readonly BestChange[];
}
