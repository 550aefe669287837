import { TidingsError } from '@tidings/protocol';
import type { Core } from '../core/core.ts';
import type { Identity } from '../core/identity.ts';
import type { Command } from '../core/ports/dialect.ts';

/** Runs a command for whoever calls over HTTP, and gives its answer's data. @throws TidingsError */
export async function runCommand(
  { dispatch }: Pick<Core, 'dispatch'>,
  command: Pick<Command, 'name' | 'data' | 'key'>,
  identity: Identity,
): Promise<unknown> {
  const caller = { identity, session: undefined };
  const { reply, after } = (await dispatch.recall(command, caller)) ?? (await dispatch.run(command, caller));
  for (const callback of after) callback();
  if (reply.ok) return reply.data ?? null;
  const { code, message, ...rest } = reply.error;
  throw new TidingsError(code, message, rest);
}
