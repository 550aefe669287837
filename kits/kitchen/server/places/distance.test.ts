import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxAround, distance, type Position, rounded } from './distance.ts';

/** At the poles sines are no more precise than this, degrees. */
const TOLERANCE = 1e-6;

const HALF_WAY_ROUND = Math.PI * 6_371_008.8;

const positions: fc.Arbitrary<Position> = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe('distance', () => {
  it('is that of the map', () => {
    const istanbul = { latitude: 41.0082, longitude: 28.9784 };
    const kyiv = { latitude: 50.4501, longitude: 30.5234 };
    expect(distance(istanbul, kyiv) / 1000).toBeCloseTo(1056, -1);
    // A minute of latitude is a nautical mile.
    expect(distance({ latitude: 0, longitude: 0 }, { latitude: 1 / 60, longitude: 0 })).toBeCloseTo(1853, 0);
    expect(distance({ latitude: 0, longitude: 179.999 }, { latitude: 0, longitude: -179.999 })).toBeLessThan(
      223,
    );
  });

  it('is nothing to itself, the same both ways, never more than half way round, and no detour is shorter', () => {
    fc.assert(
      fc.property(positions, positions, positions, (a, b, c) => {
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 3);
        expect(distance(a, b)).toBeLessThanOrEqual(HALF_WAY_ROUND + 1);
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1);
      }),
    );
  });
});

describe('rounded', () => {
  it('is less than 80 metres off, and rounding again changes nothing', () => {
    fc.assert(
      fc.property(positions, (position) => {
        const coarse = rounded(position);
        expect(distance(position, coarse)).toBeLessThan(80);
        expect(rounded(coarse)).toEqual(coarse);
      }),
    );
  });
});

describe('boxAround', () => {
  it('is all around at a pole', () => {
    expect(boxAround({ latitude: 89.999, longitude: 10 }, 5000)).toMatchObject({
      west: -180,
      east: 180,
      north: 90,
    });
  });

  it('holds everything within the distance', () => {
    fc.assert(
      fc.property(
        fc.record({
          latitude: fc.double({ min: -89.9, max: 89.9, noNaN: true }),
          longitude: fc.double({ min: -180, max: 180, noNaN: true }),
        }),
        fc.double({ min: 1, max: 10_000, noNaN: true }),
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        (centre, metres, bearing) => {
          const { south, north, west, east } = boxAround(centre, metres);
          const { latitude, longitude } = goFrom(centre, metres * 0.999, bearing);
          expect(latitude).toBeGreaterThanOrEqual(south - TOLERANCE);
          expect(latitude).toBeLessThanOrEqual(north + TOLERANCE);
          const inside =
            west <= east
              ? longitude >= west - TOLERANCE && longitude <= east + TOLERANCE
              : longitude >= west - TOLERANCE || longitude <= east + TOLERANCE;
          expect(inside).toBe(true);
        },
      ),
    );
  });
});

/** Where one is so many metres on, in a direction. */
function goFrom({ latitude, longitude }: Position, metres: number, bearing: number): Position {
  const angle = metres / 6_371_008.8;
  const [φ, λ] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  const φ2 = Math.asin(
    Math.max(
      -1,
      Math.min(1, Math.sin(φ) * Math.cos(angle) + Math.cos(φ) * Math.sin(angle) * Math.cos(bearing)),
    ),
  );
  const λ2 =
    λ +
    Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(φ),
      Math.cos(angle) - Math.sin(φ) * Math.sin(φ2),
    );
  const degrees = (λ2 * 180) / Math.PI;
  return { latitude: (φ2 * 180) / Math.PI, longitude: ((degrees + 540) % 360) - 180 };
}
