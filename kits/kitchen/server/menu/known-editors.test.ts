import type { ChannelEvent } from '@tidings/server/kit';
import { expect, it } from 'vitest';
import type { Editor } from './editing-marks.ts';
import { KnownEditors } from './known-editors.ts';

const WEEK = { group: '1', week: '2026-W47' };

function known() {
  /** What rings when a test says so. */
  const rings = new Set<() => void>();
  const told: [cell: string, key: string][] = [];
  const editors = new KnownEditors({
    clock: {
      after(_ms: number, ring: () => void) {
        rings.add(ring);
        return { cancel: () => void rings.delete(ring) };
      },
    } as never,
    ttl: 35_000,
    tell: async ({ cell }: Editor, key) => void told.push([cell, key]),
    onError: () => {},
  });
  const hear = (cell: string, editing: boolean, own: boolean, id = 'e1') =>
    editors.heard(
      {
        id,
        data: { group_id: '1', week: WEEK.week, cell, user_id: 'ann', user_name: 'Ann', editing },
      } as unknown as ChannelEvent,
      own,
    );
  return { editors, rings, told, hear, cells: () => editors.at(WEEK).map(({ cell }) => cell) };
}

it('knows the editors of all servers until they have ended', () => {
  const { editors, hear, cells } = known();
  hear('mon', true, true);
  hear('tue', true, false);
  expect(cells()).toEqual(['mon', 'tue']);
  expect(editors.at({ ...WEEK, week: '2026-W48' })).toEqual([]);
  hear('mon', false, true);
  hear('tue', false, false);
  expect(cells()).toEqual([]);
});

it('ends those of a server that says nothing any more, and no others', () => {
  const { rings, told, hear, cells } = known();
  hear('mon', true, true);
  hear('tue', true, false, 'e2');
  hear('tue', true, false, 'e3');
  expect(rings.size).toBe(1);
  for (const ring of rings) ring();
  expect(told).toEqual([['tue', 'end e3']]);
  expect(cells()).toEqual(['mon']);
});
