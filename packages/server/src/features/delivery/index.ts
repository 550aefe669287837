export type { Courier, CourierOptions, Letter, Outcome } from './courier.ts';
export { Delivery, type DeliveryOptions } from './delivery.ts';
export { DeliveryView, DeliveryWithLog } from './log.ts';
export { addDeliveryMetrics } from './metrics.ts';
export { DELIVERY_MIGRATIONS, STATES } from './tables.ts';
