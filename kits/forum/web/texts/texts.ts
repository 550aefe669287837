import type { FollowMode, QueueItem, Status, WordAction } from '../../events.ts';
import type { Tab, View } from '../address-of.ts';

/** The texts of the page in one language. */
export interface Texts {
  readonly title: string;
  readonly tabs: Readonly<Record<Tab, string>>;
  readonly views: Readonly<Record<View | 'label', string>>;
  readonly path: string;
  readonly loading: string;
  readonly close: string;
  readonly cancel: string;
  readonly save: string;
  readonly retry: string;
  readonly discard: string;
  readonly add: string;
  readonly more: string;
  readonly you: string;
  /** By code. */
  readonly problems: Readonly<
    Record<
      | 'not_found'
      | 'forbidden'
      | 'rate_limited'
      | 'content_refused'
      | 'limit_reached'
      | 'unsupported_media_type'
      | 'message_too_large',
      string
    >
  >;
  // People
  readonly online: string;
  others(count: number): string;
  readonly yourStatus: string;
  readonly statuses: Readonly<Record<Status | 'offline', string>>;
  readonly statusText: string;
  readonly invisibleHint: string;
  banned(reason: string): string;
  // Boards
  readonly noBoards: string;
  readonly privateBoard: string;
  threads(count: number): string;
  readonly unreadThreads: string;
  unread(count: number): string;
  readonly newBoard: string;
  readonly boardName: string;
  readonly boardId: string;
  readonly description: string;
  readonly create: string;
  // A board
  readonly newThread: string;
  readonly threadTitle: string;
  readonly firstPost: string;
  readonly begin: string;
  readonly search: string;
  readonly searchTitles: string;
  readonly noThreads: string;
  readonly noneFound: string;
  readonly pinned: string;
  readonly locked: string;
  begunBy(name: string): string;
  replies(count: number): string;
  lastBy(name: string, ago: string): string;
  // A thread
  readonly threadGone: string;
  readonly modes: Readonly<Record<FollowMode | 'label', string>>;
  readonly manage: string;
  readonly pin: string;
  readonly lock: string;
  readonly deleteThread: string;
  readonly deleteThreadSure: string;
  readonly posts: string;
  postBy(name: string): string;
  readonly older: string;
  readonly newPosts: string;
  jump(count: number): string;
  readonly edited: string;
  readonly deleted: string;
  readonly held: string;
  readonly waiting: string;
  readonly failed: string;
  readonly reply: string;
  replyTo(name: string): string;
  readonly edit: string;
  readonly remove: string;
  readonly deleteSure: string;
  readonly report: string;
  readonly reportReason: string;
  readonly reportIt: string;
  readonly reported: string;
  readonly lockedHint: string;
  readonly bannedHint: string;
  // Writing
  readonly write: string;
  readonly writeHint: string;
  readonly post: string;
  readonly editing: string;
  readonly mentions: string;
  tooLong(count: number, most: number): string;
  typing(names: readonly string[]): string;
  // Beside a thread
  readonly here: string;
  readonly files: string;
  readonly noFiles: string;
  readonly attach: string;
  readonly dropHere: string;
  readonly download: string;
  uploading(name: string): string;
  readonly activity: string;
  // The document
  readonly documentEmpty: string;
  readonly saving: string;
  readonly saved: string;
  readonly savedLater: string;
  readonly readOnly: string;
  readonly versions: string;
  readonly noVersions: string;
  // The call
  readonly callLead: string;
  readonly callElsewhere: string;
  readonly joinCall: string;
  readonly leaveCall: string;
  readonly mute: string;
  readonly unmute: string;
  readonly muted: string;
  readonly cameraOn: string;
  readonly cameraOff: string;
  readonly connecting: string;
  readonly aloneInCall: string;
  readonly mediaDenied: string;
  readonly mediaMissing: string;
  // Game servers
  readonly noServers: string;
  readonly serversHint: string;
  readonly serverUp: string;
  readonly serverDown: string;
  readonly players: string;
  readonly map: string;
  readonly ping: string;
  milliseconds(count: number): string;
  playersLately(most: number): string;
  readonly watch: string;
  readonly unwatch: string;
  readonly whoPlays: string;
  readonly nobodyNamed: string;
  readonly addServer: string;
  readonly serverName: string;
  readonly serverType: string;
  readonly serverHost: string;
  readonly serverPort: string;
  // Moderation
  readonly moderatorsOnly: string;
  readonly queue: string;
  readonly queueEmpty: string;
  readonly why: Readonly<Record<QueueItem['why'], string>>;
  readonly approve: string;
  readonly keep: string;
  readonly removePost: string;
  ban(name: string): string;
  readonly words: string;
  readonly word: string;
  readonly wordAction: string;
  readonly wordActions: Readonly<Record<WordAction, string>>;
  readonly bans: string;
  readonly noBans: string;
  readonly unban: string;
  readonly unbanSure: string;
}
