import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io as connectSocketIO } from 'socket.io-client';
import { expect, it } from 'vitest';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

it('an existing Socket.IO handler comes along unchanged, beside our own commands', async () => {
  const directory = temporaryDirectory();
  const kit = join(directory, 'legacy.js');
  writeFileSync(
    kit,
    `export default {
      name: 'legacy',
      socketio(io) {
        io.on('connection', (socket) => {
          socket.on('join_thread', (data, ack) => {
            socket.join('thread_' + data.thread_id);
            io.to('thread_' + data.thread_id).emit('user_joined', { thread_id: data.thread_id });
            ack('joined');
          });
        });
      },
    };`,
  );
  const { url } = await startServer({ kits: [kit] });
  const socket = connectSocketIO(url, { transports: ['websocket'], reconnection: false });
  onTeardown(() => socket.disconnect());
  const errors: unknown[] = [];
  socket.on('error', (error) => errors.push(error));
  const joined = new Promise((resolve) => socket.once('user_joined', resolve));
  expect(await socket.emitWithAck('join_thread', { thread_id: 9 })).toBe('joined');
  expect(await joined).toEqual({ thread_id: 9 });
  expect(await socket.emitWithAck('subscribe', { channel: 'demo:1' })).toMatchObject({ ok: true });
  expect(await socket.emitWithAck('leave_thread', {})).toMatchObject({ error: { code: 'unknown_command' } });
  expect(errors).toEqual([]);
});
