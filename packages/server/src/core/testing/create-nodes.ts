import { MemoryBus } from '../../brokers/memory/memory-bus.ts';
import { NodeCalls } from '../node-calls.ts';
import type { Clock } from '../ports/clock.ts';

/** The calls of a server that is alone. */
export function createNodes(clock: Clock): NodeCalls {
  return new NodeCalls({ bus: new MemoryBus('alone'), clock, onError: () => {} });
}
