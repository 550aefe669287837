import type { Kit } from '../kit.ts';

const NAME = /^[a-z][a-z0-9-]{0,31}$/;

type Form = 'a string' | 'a function' | 'an object' | 'a list';

/** What each part of a kit may be. */
const FORMS: { readonly [Part in keyof Required<Kit>]: readonly Form[] } = {
  name: ['a string'],
  namespaces: ['an object', 'a function'],
  commands: ['a list', 'a function'],
  routes: ['a function'],
  websockets: ['a list', 'a function'],
  files: ['an object'],
  migrations: ['an object'],
  jobs: ['a list'],
  notifications: ['an object'],
  socketio: ['a function'],
  onConnect: ['a function'],
  onIdentify: ['a function'],
  onDisconnect: ['a function'],
  onPublished: ['a function'],
  onDelivered: ['a function'],
  onStart: ['a function'],
  onStop: ['a function'],
};

/** What is wrong with a default export that should be a kit; for kits that no compiler has seen. */
export function kitFaults(kit: unknown): readonly string[] {
  if (formOf(kit) !== 'an object') return ['Its default export must be what defineKit({ name, … }) gives.'];
  const parts = kit as Record<string, unknown>;
  const faults: string[] = [];
  if (typeof parts.name !== 'string' || !NAME.test(parts.name))
    faults.push(`"name" must match ${NAME.source}.`);
  for (const [part, value] of Object.entries(parts)) {
    const forms: readonly Form[] | undefined = Object.hasOwn(FORMS, part)
      ? FORMS[part as keyof Kit]
      : undefined;
    if (!forms) faults.push(`"${part}" is no part of a kit; the parts are ${Object.keys(FORMS).join(', ')}.`);
    else if (part !== 'name' && value !== undefined && !forms.includes(formOf(value) as Form))
      faults.push(`"${part}" must be ${forms.join(' or ')}.`);
  }
  return faults;
}

function formOf(value: unknown): Form | undefined {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : undefined;
}
