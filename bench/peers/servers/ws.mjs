// The library ws, as its README shows a broadcast: each client of the channel gets `send`. With `echo` it answers
// commands instead: parsed, checked against a compiled schema, given back. Runs with the packages of bench/package.json.
import { createServer } from 'node:http';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { WebSocketServer } from 'ws';

const [mode] = process.argv.slice(2);
const CHANNEL_LENGTH = 6;
const channels = new Map();

const Command = Compile(
  Type.Object({
    type: Type.Literal('echo'),
    id: Type.Integer(),
    data: Type.Object({
      t: Type.String({ maxLength: 16 }),
      n: Type.String({ maxLength: 8 }),
      product: Type.String({ maxLength: 32 }),
      new_price: Type.String({ maxLength: 16 }),
      text: Type.String({ maxLength: 100 }),
    }),
  }),
);

function channelOf(name) {
  if (!channels.has(name)) channels.set(name, new Set());
  return channels.get(name);
}

const server = createServer();
// No server that compresses for each client keeps a window for each of a thousand by default, so this is its best.
const deflate = mode === 'deflate' && {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: 0,
};
const wss = new WebSocketServer({ server, perMessageDeflate: deflate, clientTracking: false });
wss.on('connection', (client, request) => {
  client.on('error', () => {});
  const name = request.url.slice(1);
  if (name === 'echo') {
    client.on('message', (data) => {
      const command = JSON.parse(data.toString());
      if (Command.Check(command))
        client.send(JSON.stringify({ type: 'reply', id: command.id, ok: true, data: command.data }));
      else client.send(JSON.stringify({ type: 'reply', id: command.id, ok: false }));
    });
  } else if (name === 'publish') {
    client.on('message', (data) => {
      const payload = data.subarray(CHANNEL_LENGTH);
      for (const subscriber of channelOf(data.toString('latin1', 0, CHANNEL_LENGTH)))
        subscriber.send(payload, { binary: false });
    });
  } else {
    const clients = channelOf(name);
    clients.add(client);
    client.on('close', () => clients.delete(client));
  }
});
server.listen(0, '127.0.0.1', 4096, () => console.log(`port=${server.address().port}`));
