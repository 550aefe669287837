/**
 * When a JWT ends by its own word, milliseconds since 1970-01-01 UTC; `undefined` when it says nothing that can be read.
 * The server decides; this is only to ask for the next one in time.
 */
export function tokenEnd(token: string | undefined): number | undefined {
  try {
    const payload = token?.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload ?? '')) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
