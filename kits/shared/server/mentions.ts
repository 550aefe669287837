/** At most so many people are told of one message. */
const MAX_MENTIONS = 20;

const MENTION = /(?<![\p{L}\p{N}_@.-])@([\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,126}[\p{L}\p{N}_])?)/gu;

/** The users that a message names as `@user`; whether they exist is not known here. */
export function mentionsIn(message: string): readonly string[] {
  const users = new Set<string>();
  for (const [, user] of message.matchAll(MENTION)) {
    if (user !== undefined) users.add(user);
    if (users.size >= MAX_MENTIONS) break;
  }
  return [...users];
}
