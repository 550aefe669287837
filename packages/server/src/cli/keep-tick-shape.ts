/**
 * Keeps `process.nextTick` quick, which Node calls several times for each HTTP request and each write to a socket.
 *
 * It makes an object with computed keys for each call. V8 makes one quickly where it has seen objects of one hidden class
 * only. It holds that class weakly: a collection while no tick waits, as there is one when a server has started, drops
 * it, the next tick's class is another one, and from then on each key is a call into V8's runtime: some 300 ns a tick and
 * not 50. One such object that stays is enough for its class to stay.
 *
 * @module
 */
import { createHook } from 'node:async_hooks';

const kept: object[] = [];

/** Keeps the object of one tick. Call it before the first collection, which is as early as can be. */
export function keepTickShape(): void {
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'TickObject') kept.push(resource);
    },
    // Promises that were watched once are slower ever after.
    trackPromises: false,
  });
  hook.enable();
  process.nextTick(() => {});
  hook.disable();
}
