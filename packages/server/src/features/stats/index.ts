export { keepToday } from './keep-today.ts';
export { Meter } from './meter.ts';
