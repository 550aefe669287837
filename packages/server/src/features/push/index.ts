export { type Device, Devices } from './devices.ts';
export { createPush, type Push } from './push.ts';
export { LONGEST_ENDPOINT } from './subscription.ts';
export { PUSH_MIGRATIONS } from './tables.ts';
