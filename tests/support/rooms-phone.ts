/**
 * A phone with the chat, in a process of its own: what it writes goes through an outbox on disk.
 *
 * Arguments: server, token, outbox file, room, then the messages to write. It says `queued TEXT` when one is kept, and
 * `delivered TEXT SEQ` when the server has taken it.
 *
 * @module
 */
import { createClient } from '@tidings/client';
import { SqliteOutboxStore } from '@tidings/client/node';
import type { Sent } from '../../kits/rooms/events.ts';

const [url = '', token = '', file = '', roomId = '', ...texts] = process.argv.slice(2);

const client = createClient({
  url,
  token,
  backoff: { initial: 20, max: 50 },
  outbox: { store: new SqliteOutboxStore(file) },
});

const textOf = ({ message }: { readonly message: { readonly data: unknown } }) =>
  (message.data as { readonly message: string }).message;

client.on('queued', (entry) => console.log(`queued ${textOf(entry)}`));
client.on('delivered', ({ entry, data }) => console.log(`delivered ${textOf(entry)} ${(data as Sent).seq}`));
client.on('undelivered', ({ entry, error }) => console.log(`undelivered ${textOf(entry)} ${error.code}`));

for (const message of texts)
  client.command('send_message', { roomId, message, timestamp: new Date().toISOString() }).catch(() => {});
// It lives until it is killed.
setInterval(() => {}, 60_000);
void client.connect().catch(() => {});
