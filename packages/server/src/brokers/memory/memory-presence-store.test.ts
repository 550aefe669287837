import { runPresenceStoreSuite } from '../../core/ports/presence-store-suite.ts';
import { MemoryPresenceStore } from './memory-presence-store.ts';

runPresenceStoreSuite('MemoryPresenceStore', () => new MemoryPresenceStore());
