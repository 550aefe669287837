/**
 * A process that publishes without end, to be killed: `node outbox-process.ts URL OUTBOX CHANNEL FROM`. It says on stdout
 * `queued N` once the outbox has kept event N, and `empty` whenever the outbox is; with FROM `-1` it only sends what is left.
 */
import { createClient } from '@tidings/client';
import { SqliteOutboxStore } from '@tidings/client/node';

const [url = '', path = '', channel = '', from = ''] = process.argv.slice(2);

const client = createClient({
  url,
  backoff: { initial: 20, max: 100 },
  outbox: { store: new SqliteOutboxStore(path), maxSize: 100_000 },
});

const say = (line: string) => process.stdout.write(`${line}\n`);
client.on('queued', ({ key }) => say(`queued ${key}`));
client.on('undelivered', ({ entry, error }) => say(`undelivered ${entry.key} ${error.code}`));

let next = Number(from);
function publish(): void {
  const n = next++;
  void client.channel(channel).publish('mark', n, { key: String(n) });
  setTimeout(publish, 1);
}

if (next >= 0) publish();
else {
  await client.connect();
  const look = () => {
    if (client.pending.getSnapshot().entries.length === 0) say('empty');
  };
  client.pending.subscribe(look);
  look();
}
