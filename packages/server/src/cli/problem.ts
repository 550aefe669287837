/** What a problem document (RFC 9457) says, in one line; nothing when it is none. */
export function problemOf(text: string): string | undefined {
  let problem: unknown;
  try {
    problem = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof problem !== 'object' || problem === null) return undefined;
  const { code, title, detail } = problem as Readonly<Record<string, unknown>>;
  return [code, detail ?? title].filter((part) => typeof part === 'string').join(': ') || undefined;
}
