/**
 * What a JWT says of itself, without asking whether it is true: the server decides. `undefined` when it says nothing.
 *
 * @module
 */

function claimsOf(token: string | undefined): { readonly exp?: unknown; readonly sub?: unknown } {
  try {
    const payload = token?.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(payload ?? '')) ?? {};
  } catch {
    return {};
  }
}

/** When it ends, milliseconds since 1970-01-01 UTC; to ask for the next one in time. */
export function tokenEnd(token: string | undefined): number | undefined {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' ? exp * 1000 : undefined;
}

/** Whose it is; to keep users apart. */
export function tokenUser(token: string | undefined): string | undefined {
  const { sub } = claimsOf(token);
  return typeof sub === 'string' ? sub : undefined;
}
