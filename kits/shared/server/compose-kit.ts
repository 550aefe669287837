import type { Kit, Tidings } from '@tidings/server/kit';

/** One part of a kit: everything that a kit may have, but no name. */
export type KitPart<Tables> = Omit<Kit<Tables>, 'name'>;

/**
 * Puts a kit together from parts that know nothing of each other. What they have is added up, in their order.
 *
 * @throws Error that says which namespace, migration or file two parts have both.
 */
export function composeKit<Tables>(name: string, parts: readonly KitPart<Tables>[]): Kit<Tables> {
  /** Calls one hook of all parts; one that fails holds none of the others up. */
  const all = async (hook: (part: KitPart<Tables>) => unknown) => {
    const outcomes = await Promise.allSettled(parts.map(async (part) => hook(part)));
    const faults = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
    if (faults.length === 1) throw faults[0];
    if (faults.length > 1) throw new AggregateError(faults, faults.map(String).join('; '));
  };
  return {
    name,
    namespaces: (tidings) =>
      disjoint(
        'namespace',
        parts.map(({ namespaces }) => take(namespaces, tidings)),
      ),
    commands: (tidings) => parts.flatMap(({ commands }) => take(commands, tidings) ?? []),
    websockets: (tidings) => parts.flatMap(({ websockets }) => take(websockets, tidings) ?? []),
    files: disjoint(
      'file',
      parts.map(({ files }) => files),
    ),
    migrations: disjoint(
      'migration',
      parts.map(({ migrations }) => migrations),
    ),
    notifications: disjoint(
      'notification',
      parts.map(({ notifications }) => notifications),
    ),
    jobs: parts.flatMap(({ jobs = [] }) => jobs),
    async routes(app, tidings) {
      for (const { routes } of parts) await routes?.(app, tidings);
    },
    socketio(io, tidings) {
      for (const { socketio } of parts) socketio?.(io, tidings);
    },
    onConnect: (session, tidings) => all((part) => part.onConnect?.(session, tidings)),
    onIdentify: (session, tidings) => all((part) => part.onIdentify?.(session, tidings)),
    onDisconnect: (session, tidings) => all((part) => part.onDisconnect?.(session, tidings)),
    onStart: (tidings) => all((part) => part.onStart?.(tidings)),
    onStop: (tidings) => all((part) => part.onStop?.(tidings)),
    // Every event passes here, so who does not count is not asked.
    ...(parts.some(({ onPublished }) => onPublished) && {
      onPublished(event, tidings) {
        for (const part of parts) part.onPublished?.(event, tidings);
      },
    }),
    ...(parts.some(({ onDelivered }) => onDelivered) && {
      onDelivered(event, sessions, tidings) {
        for (const part of parts) part.onDelivered?.(event, sessions, tidings);
      },
    }),
  };
}

function take<T, Tables>(
  given: T | ((tidings: Tidings<Tables>) => T) | undefined,
  tidings: Tidings<Tables>,
): T | undefined {
  return typeof given === 'function' ? (given as (tidings: Tidings<Tables>) => T)(tidings) : given;
}

function disjoint<T>(kind: string, records: readonly (Readonly<Record<string, T>> | undefined)[]) {
  const together: Record<string, T> = {};
  for (const record of records)
    for (const [key, value] of Object.entries(record ?? {})) {
      if (Object.hasOwn(together, key)) throw new Error(`Two parts have the ${kind} "${key}".`);
      together[key] = value;
    }
  return together;
}
