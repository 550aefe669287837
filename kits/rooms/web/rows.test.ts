import { expect, it } from 'vitest';
import type { Message } from '../events.ts';
import { type Row, rowsOf } from './rows.ts';

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function message(seq: number, user: string, at = NOON): Message {
  const timestamp = new Date(at).toISOString();
  const clientId = `client-${seq}`;
  return {
    id: `r:${seq}`,
    roomId: 'r',
    seq,
    user,
    name: user,
    message: `m${seq}`,
    timestamp,
    sentAt: timestamp,
    clientId,
  };
}

const unsent = (key: string, at = NOON) => ({
  key,
  data: { roomId: 'r', message: key, timestamp: new Date(at).toISOString() },
  at,
  error: undefined,
});

const brief = (rows: readonly Row[]) =>
  rows.map((row) => {
    if (row.kind === 'message') return `${row.message.seq}${row.first ? '*' : ''}`;
    return row.kind === 'unsent' ? `${row.unsent.key}${row.first ? '*' : ''}` : row.kind;
  });

it('begins each day, and lets messages of one writer stand together', () => {
  const messages = [
    message(1, 'ali', NOON - DAY),
    message(2, 'ali'),
    message(3, 'ali', NOON + MINUTE),
    message(4, 'ali', NOON + 10 * MINUTE),
    message(5, 'olena', NOON + 10 * MINUTE),
  ];
  expect(brief(rowsOf(messages, [], 'olena', undefined))).toEqual([
    'day',
    '1*',
    'day',
    '2*',
    '3',
    '4*',
    '5*',
  ]);
});

it('draws the line before the first message of somebody else that is new', () => {
  const messages = [message(1, 'ali'), message(2, 'olena'), message(3, 'ali'), message(4, 'ali')];
  expect(brief(rowsOf(messages, [], 'olena', 1))).toEqual(['day', '1*', '2*', 'new', '3*', '4']);
  expect(brief(rowsOf(messages, [], 'olena', 3))).toEqual(['day', '1*', '2*', '3*', 'new', '4*']);
  expect(brief(rowsOf(messages, [], 'olena', 4))).not.toContain('new');
  expect(brief(rowsOf([message(1, 'ali')], [], 'olena', 0))).toEqual(['day', 'new', '1*']);
  // It belongs further up, where nothing is loaded yet.
  expect(brief(rowsOf([message(9, 'ali')], [], 'olena', 4))).not.toContain('new');
});

it('puts what is on its way to the end, and drops it once it is there', () => {
  const messages = [message(1, 'ali'), message(2, 'olena')];
  const rows = rowsOf(messages, [unsent('a'), unsent('client-2'), unsent('b')], 'olena', undefined);
  expect(brief(rows)).toEqual(['day', '1*', '2*', 'a', 'b']);
  // Of somebody else, the same id is another message.
  expect(brief(rowsOf([message(1, 'ali')], [unsent('client-1')], 'olena', undefined))).toContain('client-1*');
});

it('has one key for a message that is on its way and the same when it has arrived', () => {
  const before = rowsOf([], [unsent('client-1')], 'olena', undefined).at(-1);
  const after = rowsOf([message(1, 'olena')], [], 'olena', undefined).at(-1);
  expect(before?.key).toBe(after?.key);
});

it('never goes back a day for a clock that is slow', () => {
  const rows = rowsOf([message(1, 'ali')], [unsent('late', NOON - 3 * DAY)], 'olena', undefined);
  expect(brief(rows)).toEqual(['day', '1*', 'late*']);
});
