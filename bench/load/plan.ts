import type { Template } from './template.ts';

/** How bytes are framed: WebSocket, an event stream, or HTTP. */
export type Framing = 'ws' | 'sse' | 'http';

/** What a client sends while it opens, and what it waits for then. */
export interface Step {
  readonly send: Template;
  readonly expect: Buffer;
}

/** What clients do: those that hear, and those that publish. */
export type Role = 'subscriber' | 'publisher';

/** What the generator was told of the server and how it is spoken to. */
export const plan = {
  port: 0,
  framing: { subscriber: 'ws', publisher: 'ws' } as Record<Role, Framing>,
  steps: { subscriber: [], publisher: [] } as Record<Role, Step[]>,
  message: { bytes: Buffer.alloc(0), places: [] } as Template,
  /** What an answer has in it when all went well. */
  success: Buffer.alloc(0),
  channels: 1,
};
