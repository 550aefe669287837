import type { PresenceMember } from '@tidings/client';
import { useChannelHandle } from './use-channel-handle.ts';
import { useStore } from './use-store.ts';

/** Who is on a channel. */
export interface UsePresenceResult {
  readonly members: readonly PresenceMember[];
  /** Whether the list is known; an empty one may be unknown yet. */
  readonly ready: boolean;
}

const NOBODY: readonly PresenceMember[] = [];

/** The members of a channel, kept up to date while the component is mounted. @throws ClientError `bad_channel`. */
export function usePresence(channel: string): UsePresenceResult {
  const { presence } = useChannelHandle(channel);
  const members = useStore(presence, NOBODY);
  return { members, ready: members !== NOBODY && presence.ready() };
}
