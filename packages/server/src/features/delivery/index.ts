export type { Courier, CourierOptions, Letter, Outcome } from './courier.ts';
