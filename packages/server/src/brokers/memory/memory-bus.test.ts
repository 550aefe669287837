import { runNodeBusSuite } from '../../core/ports/node-bus-suite.ts';
import { MemoryBus } from './memory-bus.ts';

runNodeBusSuite('MemoryBus', () => {
  const nodes = new Set<MemoryBus>();
  return (node) => new MemoryBus(node, nodes);
});
