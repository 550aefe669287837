/**
 * A phone in one room: what is typed is sent, what is heard is printed, a line of JSON each.
 *
 *     TIDINGS_URL=… TIDINGS_TOKEN=JWT node phone.ts FOLDER ROOM
 *
 * @module
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KeyValueStorage, Message } from './offline-message-queue.ts';
import { SocketIOManager } from './socket-io-manager.ts';

const [folder = 'phone', roomId = 'general'] = process.argv.slice(2);
const {
  TIDINGS_URL: url = 'http://127.0.0.1:3000',
  TIDINGS_TOKEN: token = '',
  PHONE_MAX_DELAY,
  PHONE_ACK_TIMEOUT,
} = process.env;

/** Characters of a message that was refused. */
const SHOWN = 20;

/** A file for each key, replaced as a whole: who is killed in between finds the old one or the new one. */
class FileStorage implements KeyValueStorage {
  constructor() {
    mkdirSync(folder, { recursive: true });
  }

  getItem(key: string): string | null {
    try {
      return readFileSync(join(folder, `${key}.json`), 'utf8');
    } catch {
      return null;
    }
  }

  setItem(key: string, value: string): void {
    const file = join(folder, `${key}.json`);
    // On the disk before it is said to be kept.
    writeFileSync(`${file}.partial`, value, { flush: true });
    renameSync(`${file}.partial`, file);
  }
}

function say(type: string, more: object = {}): void {
  console.log(JSON.stringify({ type, ...more }));
}

const failed = ({ message }: Message, code: string) => say('failed', { message, code });

const manager = new SocketIOManager({
  url,
  getAuthToken: () => token,
  storage: new FileStorage(),
  ...(PHONE_MAX_DELAY ? { maxDelay: Number(PHONE_MAX_DELAY) } : {}),
  ...(PHONE_ACK_TIMEOUT ? { ackTimeout: Number(PHONE_ACK_TIMEOUT) } : {}),
  handlers: {
    onConnected: () => say('connected'),
    onDisconnected: (why) => say('disconnected', { why }),
    onStopped(why) {
      say('stopped', { why });
      process.exit(1);
    },
    onEvent: (type, payload) => say(type, { payload }),
    onSent: ({ message }) => say('sent', { message }),
    onFailed: failed,
    onGap: (room) => say('gap', { roomId: room }),
    onRoomLost: (room, why) => say('room_lost', { roomId: room, why }),
  },
});

for (const { content, failed: code } of manager.queue.all) {
  if (code === undefined) say('waiting', { message: content.message });
  else failed(content, code);
}
manager.joinRoom(roomId);
manager.connect();

const typed = createInterface({ input: process.stdin });
typed.on('line', (message) => {
  try {
    manager.sendMessage(roomId, message);
    say('queued', { message });
  } catch (refused) {
    say('refused', { message: message.slice(0, SHOWN), why: (refused as Error).message });
  }
});
typed.on('close', () => process.exit());
