/**
 * Positions on the globe, in degrees.
 *
 * @module
 */

/** A position, degrees. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** A rectangle that holds everything within a distance; `west` is more than `east` where it crosses the date line. */
export interface Box {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

/** Mean radius of the earth, metres. */
const EARTH = 6_371_008.8;
const HALF_TURN = 180;
const POLE = 90;

/** Thousandths of a degree: a hundred metres or so, 111 to the north and 111 or less to the east. */
const GRAIN = 1000;

/** Metres between two positions, by the haversine formula. */
export function distance(one: Position, other: Position): number {
  const north = radians(other.latitude - one.latitude) / 2;
  const east = radians(other.longitude - one.longitude) / 2;
  const haversine =
    Math.sin(north) ** 2 +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(east) ** 2;
  // Of two positions on opposite sides it may come out a hair above 1.
  return 2 * EARTH * Math.asin(Math.sqrt(Math.min(1, haversine)));
}

/** The position to a thousandth of a degree: nobody keeps it more precisely. */
export function rounded({ latitude, longitude }: Position): Position {
  // -0 is 0.
  return {
    latitude: Math.round(latitude * GRAIN) / GRAIN || 0,
    longitude: Math.round(longitude * GRAIN) / GRAIN || 0,
  };
}

/** The rectangle around everything within so many metres. */
export function boxAround({ latitude, longitude }: Position, metres: number): Box {
  const angle = metres / EARTH;
  const up = degrees(angle);
  const south = Math.max(-POLE, latitude - up);
  const north = Math.min(POLE, latitude + up);
  // At a pole every longitude is near.
  const reach = Math.sin(angle) / Math.cos(radians(latitude));
  if (south === -POLE || north === POLE || !(reach < 1))
    return { south, north, west: -HALF_TURN, east: HALF_TURN };
  const aside = degrees(Math.asin(reach));
  return { south, north, west: wrap(longitude - aside), east: wrap(longitude + aside) };
}

function wrap(longitude: number): number {
  if (longitude < -HALF_TURN) return longitude + 2 * HALF_TURN;
  return longitude > HALF_TURN ? longitude - 2 * HALF_TURN : longitude;
}

function radians(angle: number): number {
  return (angle * Math.PI) / HALF_TURN;
}

function degrees(angle: number): number {
  return (angle * HALF_TURN) / Math.PI;
}
