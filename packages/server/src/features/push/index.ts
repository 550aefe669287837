export { createPush, type Push } from './push.ts';
export type { VapidKeys } from './push-service.ts';
export { LONGEST_ENDPOINT } from './subscription.ts';
export { PUSH_MIGRATIONS } from './tables.ts';
