export { type KeepTodayOptions, keepToday } from './keep-today.ts';
export { type DayCount, Meter } from './meter.ts';
