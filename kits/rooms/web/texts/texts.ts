/** The texts of the page in one language. */
export interface Texts {
  readonly title: string;
  readonly loading: string;
  readonly close: string;
  readonly cancel: string;
  readonly save: string;
  readonly you: string;
  // The list
  readonly none: string;
  readonly pick: string;
  readonly create: string;
  readonly createIt: string;
  readonly find: string;
  readonly noneToJoin: string;
  readonly more: string;
  readonly privateRoom: string;
  readonly invitations: string;
  invitedBy(name: string): string;
  readonly accept: string;
  readonly decline: string;
  readonly join: string;
  readonly joined: string;
  unread(count: number): string;
  members(count: number): string;
  // Opening a room
  readonly name: string;
  readonly topic: string;
  readonly isPrivate: string;
  readonly privateHint: string;
  // A room
  readonly back: string;
  readonly noMessages: string;
  readonly begins: string;
  readonly older: string;
  log(room: string): string;
  readonly newMessages: string;
  readonly jump: string;
  jumpUnread(count: number): string;
  readonly deleted: string;
  readonly edited: string;
  writtenAt(time: string): string;
  readonly waiting: string;
  readonly sent: string;
  readonly failed: string;
  readonly retry: string;
  readonly discard: string;
  readonly actions: string;
  readonly edit: string;
  readonly remove: string;
  readonly removeSure: string;
  readonly notThere: string;
  readonly previewHint: string;
  // Writing
  readonly write: string;
  readonly writeHint: string;
  readonly send: string;
  readonly editing: string;
  tooLong(count: number, most: number): string;
  // Who is there
  here(count: number): string;
  readonly isHere: string;
  readonly isAway: string;
  typing(names: readonly string[]): string;
  readonly people: string;
  readonly owner: string;
  readonly removeMember: string;
  readonly invite: string;
  readonly inviteWhom: string;
  inviteHint(own: string): string;
  invited(user: string): string;
  alreadyMember(user: string): string;
  readonly waitingInvitations: string;
  readonly revoke: string;
  readonly settings: string;
  readonly leave: string;
  readonly leaveSure: string;
  // The connection
  readonly offline: string;
  offlineWaiting(count: number): string;
}
