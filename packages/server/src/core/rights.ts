/**
 * Who may do what on a channel: the namespace's rule, or a grant in the session's token.
 *
 * @module
 */
import { TidingsError } from '@tidings/protocol';
import type { Grant, Identity, Right } from './identity.ts';
import type { ResolvedChannel } from './namespaces.ts';

/** Whether the identity has the right; a promise only where a kit's function answers with one. */
export function hasRight(
  identity: Identity,
  right: Right,
  { channel, rest, config }: ResolvedChannel,
): boolean | Promise<boolean> {
  const rule = config.rights[right];
  switch (rule) {
    case 'nobody':
      return false;
    case 'anyone':
      return true;
    case 'users':
      return identity.user !== undefined || isGranted(identity, right, channel);
    case 'owner':
      return identity.user === rest || isGranted(identity, right, channel);
    case 'granted':
      return isGranted(identity, right, channel);
    default:
      return isGranted(identity, right, channel) || rule({ right, channel, rest, identity });
  }
}

/**
 * @returns nothing, or a promise where a kit's function answers with one
 * @throws TidingsError `forbidden`, or `unauthenticated` when the session is anonymous and a user might be allowed.
 */
export function requireRight(
  identity: Identity,
  right: Right,
  channel: ResolvedChannel,
): void | Promise<void> {
  const allowed = hasRight(identity, right, channel);
  if (allowed === true) return;
  if (allowed === false) throw refusal(identity, right, channel);
  return allowed.then((yes) => {
    if (!yes) throw refusal(identity, right, channel);
  });
}

function refusal(identity: Identity, right: Right, { channel, config }: ResolvedChannel): TidingsError {
  const code =
    identity.user === undefined && config.rights[right] !== 'nobody' ? 'unauthenticated' : 'forbidden';
  return new TidingsError(code, `This session may not ${right} on ${channel}.`);
}

/** Whether a grant of the token covers the channel. */
function isGranted(identity: Identity, right: Right, channel: string): boolean {
  return identity.grants.some((grant) => grant.rights.includes(right) && matches(grant, channel));
}

/** Takes each literal part at its first place, which is linear; a regular expression of many `.*` is not. */
function matches({ pattern }: Grant, channel: string): boolean {
  const parts = pattern.split('*');
  const first = parts.shift() as string;
  const last = parts.pop();
  if (last === undefined) return channel === pattern;
  if (!channel.startsWith(first) || !channel.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = channel.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= channel.length - last.length;
}
