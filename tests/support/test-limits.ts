import type { CoreLimits } from '../../packages/server/src/core/core.ts';

/** What a test may send that is not about limits; wide enough to be in nobody's way. */
export const TEST_LIMITS: CoreLimits = {
  message: 65_536,
  channels: 100,
  queue: 1_048_576,
  commands: { perSecond: 1000, burst: 1000 },
  inFlight: 256,
  commandTimeout: 30_000,
  connections: 1000,
  connectionsPerAddress: 1000,
};
