import { useChannelHandle } from './use-channel-handle.ts';
import { useStore } from './use-store.ts';

/** Who is typing, and saying that the user is. */
export interface UseTypingResult {
  /** Without the user of this client. */
  readonly users: readonly string[];
  /** Call it on every key press; it ends by itself. */
  readonly start: () => void;
  /** The user has stopped, or has sent. */
  readonly stop: () => void;
}

const NOBODY: readonly string[] = [];

/** Who is typing on a channel, while the component is mounted. @throws ClientError `bad_channel`. */
export function useTyping(channel: string): UseTypingResult {
  const { typing } = useChannelHandle(channel);
  return { users: useStore(typing, NOBODY), start: typing.start, stop: typing.stop };
}
