import { Api } from './api.ts';
import { BARE_API_KEY } from './bare-server.ts';

/** Calls a bare server as a backend. */
export const apiOf = ({ url }: { url: string }) => new Api({ url, bearer: BARE_API_KEY });

/** The offsets of events that were heard. */
export const offsets = (events: readonly (Readonly<Record<string, unknown>> | undefined)[]) =>
  events.map((event) => event?.offset);
