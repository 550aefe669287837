import { memo } from 'react';
import type { Position } from '../../live/event.ts';
import type { Entry } from '../../live/feed-log.ts';
import { tapeCells } from '../../live/tape-cells.ts';

const LENGTH = 40;

export interface TapeProps {
  readonly entries: readonly Entry[];
  readonly stands: Position | undefined;
  readonly head: Position | undefined;
}

/** The newest offsets in a row: heard live, caught up, or missing. The log below says the same in words. */
export const Tape = memo(function Tape({ entries, stands, head }: TapeProps) {
  return (
    <div className="tape" aria-hidden="true">
      {tapeCells({ entries, stands, head, length: LENGTH }).map(({ offset, state }) => (
        <i key={offset} data-state={state} />
      ))}
    </div>
  );
});
