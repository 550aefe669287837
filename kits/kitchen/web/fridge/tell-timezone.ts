import type { Call } from '../../../shared/web/call.ts';

const UNKNOWN = 'UTC';

/**
 * Tells the server the visitor's time zone where it knows none, so that days and mornings are theirs.
 *
 * @returns whether it knows another now
 */
export async function tellTimezone(call: Call, user: string): Promise<boolean> {
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  if (timezone === UNKNOWN) return false;
  const path = `/users/${encodeURIComponent(user)}/contact`;
  const known = await call<{ readonly timezone: string }>(path);
  if (known.timezone !== UNKNOWN) return false;
  await call(path, { method: 'PUT', body: { timezone } });
  return true;
}
