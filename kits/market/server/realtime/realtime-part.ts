import type { MarketPart } from '../market-part.ts';

/** The raw WebSocket `/ws`. */
export function realtimePart(): MarketPart {
  return {};
}
