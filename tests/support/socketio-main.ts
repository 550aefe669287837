// A server of createSocketIOServer in a process of its own. Arguments: data directory, port (0 for a free one).
// Messages: it sends {port} when it is ready, takes {id, channel, event}, answers {id, receipt}.
import { createSocketIOServer } from './socketio-server.ts';

const [data = '', port] = process.argv.slice(2);
const server = await createSocketIOServer({ data, port: Number(port) });
process.on('message', async ({ id, channel, event }: { id: number; channel: string; event: string }) => {
  process.send?.({ id, receipt: await server.publish(channel, event, { id }) });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: server.port });
