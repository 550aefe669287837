import { WebSocket } from 'ws';
import { Inbox } from './inbox.ts';
import { onTeardown } from './teardown.ts';

/** A client of Engine.IO and Socket.IO by hand, over WebSocket. */
export async function rawClient(url: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers });
  onTeardown(() => ws.terminate());
  const inbox = new Inbox<string>('raw Socket.IO');
  ws.on('message', (data) => inbox.push(data.toString()));
  ws.on('error', () => {});
  const closed = new Promise<void>((resolve) => ws.on('close', () => resolve()));
  await inbox.take((text) => text.startsWith('0'));
  return { ws, inbox, closed };
}
