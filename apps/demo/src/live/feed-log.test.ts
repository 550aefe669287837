import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from './event.ts';
import { FeedLog } from './feed-log.ts';

const event = (offset: number, epoch = 'e1'): ChannelEvent => ({
  event: 'hello',
  data: null,
  offset,
  epoch,
  id: `${epoch}-${offset}`,
  at: 0,
});
const at = (offset: number, epoch = 'e1') => ({ epoch, offset });

function arrivals(log: FeedLog) {
  return log.state.entries
    .filter((entry) => entry.kind === 'event')
    .map((entry) => `${entry.event.offset} ${entry.arrival}`);
}

describe('the log of a pane', () => {
  it('calls the first events history, and those after the head live', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(7) }, 0);
    for (const offset of [6, 7, 8]) log.event(event(offset), 0);
    expect(arrivals(log)).toEqual(['8 live', '7 history', '6 history']);
    expect(log.state).toMatchObject({ heard: 3, gaps: 0, duplicates: 0, reconnects: 0, position: at(8) });
  });

  it('resumes from the head of a channel whose past it was not told', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(7) }, 0);
    log.settle();
    expect(log.state.position).toEqual(at(7));
  });

  it('marks what was missed as caught up, and what comes later as live', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(0) }, 0);
    log.event(event(1), 0);
    log.joined({ recovered: true, head: at(3) }, 0);
    for (const offset of [2, 3, 4]) log.event(event(offset), 0);
    expect(arrivals(log)).toEqual(['4 live', '3 caught-up', '2 caught-up', '1 live']);
    expect(log.state).toMatchObject({ outcome: 'recovered', caughtUp: 2, reconnects: 1, gaps: 0 });
  });

  it('takes everything until it settles for caught up when the transport names no head', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(1) }, 0);
    log.settle();
    log.joined({ recovered: true, head: undefined }, 0);
    log.event(event(2), 0);
    log.settle();
    log.event(event(3), 0);
    expect(arrivals(log)).toEqual(['3 live', '2 caught-up']);
  });

  it('counts an event that comes again and does not show it', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(0) }, 0);
    for (const offset of [1, 2, 2, 1]) log.event(event(offset), 0);
    expect(arrivals(log)).toEqual(['2 live', '1 live']);
    expect(log.state.duplicates).toBe(2);
  });

  it('counts the offsets that were jumped over', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(3) }, 0);
    log.event(event(5), 0);
    log.event(event(8), 0);
    expect(log.state.gaps).toBe(1 + 2);
  });

  it('calls no hole what the server says is gone', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(0) }, 0);
    log.event(event(1), 0);
    log.joined({ recovered: false, head: at(40, 'e2') }, 0);
    log.event(event(40, 'e2'), 0);
    log.event(event(41, 'e2'), 0);
    expect(log.state).toMatchObject({ outcome: 'history-gone', gaps: 0, duplicates: 0 });
    expect(log.state.stands).toEqual(at(41, 'e2'));
    expect(arrivals(log)).toEqual(['41 live', '40 history', '1 live']);
  });

  it('keeps a bounded number of entries', () => {
    const log = new FeedLog();
    log.joined({ recovered: false, head: at(0) }, 0);
    for (let offset = 1; offset <= 500; offset++) log.event(event(offset), 0);
    expect(log.state.entries).toHaveLength(200);
    expect(log.state.heard).toBe(500);
  });
});
