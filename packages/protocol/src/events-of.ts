import type { Static, TSchema } from 'typebox';

/**
 * The data of events whose schemas a kit declares, by name.
 *
 * @example
 * const events = { price_update: Type.Object({ new_price: Type.String() }) };
 * client.channel<EventsOf<typeof events>>('product:42');
 */
export type EventsOf<Schemas extends Readonly<Record<string, TSchema>>> = {
  readonly [Name in keyof Schemas]: Static<Schemas[Name]>;
};
