import { runRecoveryStoreSuite } from '../../core/ports/recovery-store-suite.ts';
import { MemoryRecoveryStore } from './memory-recovery-store.ts';

runRecoveryStoreSuite('MemoryRecoveryStore', () => () => new MemoryRecoveryStore(), false);
