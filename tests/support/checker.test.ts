import { describe, expect, it } from 'vitest';
import { faultsOf } from './checker.ts';
import { type Heard, Hearing } from './hearing.ts';
import type { Acknowledged } from './publishers.ts';

const channel = 'a:1';

function heard(offset: number, epoch = 'x'): Heard {
  return { channel, epoch, offset, id: `${epoch}${offset}`, data: { publisher: 1, n: offset } };
}

function acknowledged(offset: number, epoch = 'x'): Acknowledged {
  return { channel, epoch, offset, id: `${epoch}${offset}`, publisher: 1, n: offset };
}

/** A subscriber that began at the start of the channel and heard these. */
function hearing(...entries: readonly (Heard | string)[]): Hearing {
  const result = new Hearing();
  result.told(channel, 'x:0');
  for (const entry of entries) {
    if (typeof entry === 'string') result.told(channel, entry);
    else result.heard(entry);
  }
  return result;
}

const three = [1, 2, 3].map((offset) => acknowledged(offset));

describe('the checker', () => {
  it('finds nothing when everything was heard once, in order', () => {
    expect(faultsOf(hearing(heard(1), heard(2), heard(3)), three)).toEqual([]);
  });

  it('finds an event that was lost at the end', () => {
    expect(faultsOf(hearing(heard(1), heard(2)), three)).toEqual([
      'a:1 x:3 (publisher 1, 3) was acknowledged and not heard',
    ]);
  });

  it('finds a hole', () => {
    expect(faultsOf(hearing(heard(1), heard(3)), three)).toEqual([
      'a:1 went from x:1 to x:3',
      'a:1 x:2 (publisher 1, 2) was acknowledged and not heard',
    ]);
  });

  it('finds an event that was heard twice', () => {
    expect(faultsOf(hearing(heard(1), heard(2), heard(2), heard(3)), three)).toContain(
      'a:1: the event x2 was heard twice',
    );
  });

  it('finds a publish that had two effects', () => {
    const again = { ...heard(4), data: { publisher: 1, n: 3 } };
    expect(faultsOf(hearing(heard(1), heard(2), heard(3), again), three)).toEqual([
      "a:1: publisher 1's 3 in epoch x was heard twice",
    ]);
  });

  it('finds events in another order', () => {
    expect(faultsOf(hearing(heard(1), heard(3), heard(2)), three)).not.toEqual([]);
  });

  it('finds a change of epoch that was not told', () => {
    expect(faultsOf(hearing(heard(1), heard(2), heard(3), heard(1, 'y')), three)).toEqual([
      'a:1 went from x:3 to y:1',
    ]);
  });

  it('excuses what lies in a gap that was told', () => {
    const more = [...three, acknowledged(1, 'y'), acknowledged(2, 'y')];
    expect(faultsOf(hearing(heard(1), 'y:1', heard(2, 'y')), more)).toEqual([]);
  });

  it('excuses an epoch that came and went while the subscriber was away', () => {
    expect(faultsOf(hearing(heard(1), 'z:0'), [acknowledged(1), acknowledged(1, 'y')])).toEqual([]);
  });

  it('does not excuse what was acknowledged after the gap', () => {
    expect(faultsOf(hearing(heard(1), 'y:1'), [...three, acknowledged(2, 'y')])).toEqual([
      'a:1 y:2 (publisher 1, 2) was acknowledged and not heard',
    ]);
  });
});
