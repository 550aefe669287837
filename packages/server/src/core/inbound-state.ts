import type { Pace } from './pace.ts';
import type { Command, Reply } from './ports/dialect.ts';

/** Answers one command; Socket.IO hands in its acknowledgement, others leave it to the dialect. */
export type Answer = (reply: Reply) => void;

/** What is known of a session that has sent something. */
export interface InboundState {
  readonly pace: Pace;
  running: number;
  offences: number;
  /** Commands that wait behind an exclusive one. */
  waiting: { command: Command; answer: Answer }[] | undefined;
}
