import type { Client } from '@tidings/client';
import { type Unsent as UnsentCommand, UnsentCommands } from '../../shared/web/unsent.ts';

interface SendMessage {
  readonly roomId: string;
  readonly message: string;
  /** When it was written, ISO 8601. */
  readonly timestamp: string;
}

/** A message that is on its way, or will never arrive. Its key is the message's id by this client. */
export type Unsent = UnsentCommand<SendMessage>;

/** The visitor's messages that are not sent, oldest first: those that wait, and those that failed. */
export class UnsentMessages extends UnsentCommands<SendMessage> {
  constructor(client: Client, user: string) {
    super(client, 'send_message', `tidings.rooms.unsent:${user}`);
  }

  /** Writes in a room: at once, or as soon as there is a connection. */
  write(roomId: string, message: string): void {
    this.send({ roomId, message, timestamp: new Date().toISOString() });
  }
}
