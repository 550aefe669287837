import { describe, expect, it } from 'vitest';
import { nextDigest, quietUntil } from './timetable.ts';

const at = (text: string) => Date.parse(text);
const iso = (moment: number | undefined) => moment && new Date(moment).toISOString();

describe('quiet hours', () => {
  const night = { quietHours: { from: '22:00', to: '07:00' } };
  const noon = { quietHours: { from: '12:00', to: '13:30' } };

  it.each([
    [night, 'UTC', '2026-01-01T21:59:59Z', undefined],
    [night, 'UTC', '2026-01-01T22:00:00Z', '2026-01-02T07:00:00.000Z'],
    [night, 'UTC', '2026-01-02T06:59:59Z', '2026-01-02T07:00:00.000Z'],
    [night, 'UTC', '2026-01-02T07:00:00Z', undefined],
    [noon, 'UTC', '2026-01-02T11:59:00Z', undefined],
    [noon, 'UTC', '2026-01-02T13:29:00Z', '2026-01-02T13:30:00.000Z'],
    [noon, 'UTC', '2026-01-02T13:30:00Z', undefined],
    [night, 'Europe/Istanbul', '2026-01-01T19:00:00Z', '2026-01-02T04:00:00.000Z'],
    [night, 'Asia/Kathmandu', '2026-01-01T16:15:00Z', '2026-01-02T01:15:00.000Z'],
    // The clocks go forward, and back.
    [night, 'Europe/Kyiv', '2026-03-28T22:00:00Z', '2026-03-29T04:00:00.000Z'],
    [night, 'Europe/Kyiv', '2026-10-24T22:00:00Z', '2026-10-25T05:00:00.000Z'],
    [{}, 'UTC', '2026-01-01T23:00:00Z', undefined],
    [{ quietHours: null }, 'UTC', '2026-01-01T23:00:00Z', undefined],
  ])('%j in %s at %s end at %s', (preferences, timezone, now, until) => {
    expect(iso(quietUntil(preferences, timezone, at(now)))).toBe(until);
  });
});

describe('a digest', () => {
  it.each([
    [{ digest: 'hourly' }, 'UTC', '2026-01-01T10:00:00Z', '2026-01-01T11:00:00.000Z'],
    [{ digest: 'hourly' }, 'Asia/Kathmandu', '2026-01-01T10:00:00Z', '2026-01-01T10:15:00.000Z'],
    [{ digest: 'daily' }, 'UTC', '2026-01-01T07:59:59Z', '2026-01-01T08:00:00.000Z'],
    [{ digest: 'daily' }, 'UTC', '2026-01-01T08:00:00Z', '2026-01-02T08:00:00.000Z'],
    [
      { digest: 'daily', digestHour: 18 },
      'Europe/Istanbul',
      '2026-01-01T08:00:00Z',
      '2026-01-01T15:00:00.000Z',
    ],
    [{ digest: 'daily', digestHour: 3 }, 'Europe/Kyiv', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    [{ digest: 'off' }, 'UTC', '2026-01-01T08:00:00Z', undefined],
    [{}, 'UTC', '2026-01-01T08:00:00Z', undefined],
  ] as const)('%j in %s at %s goes out at %s', (preferences, timezone, now, next) => {
    expect(iso(nextDigest(preferences, timezone, at(now), 8))).toBe(next);
  });
});
