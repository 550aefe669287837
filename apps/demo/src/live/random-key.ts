const BYTES = 12;

/** A key nobody else has. `crypto.randomUUID` would need HTTPS or localhost. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
