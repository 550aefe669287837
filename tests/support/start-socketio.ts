import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { createSocketIOServer, type SocketIOOptions, type SocketIOTestServer } from './socketio-server.ts';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Starts a server that speaks Socket.IO alone; it ends with the test. */
export async function startSocketIOServer(
  options: Partial<SocketIOOptions> = {},
): Promise<SocketIOTestServer> {
  const server = await createSocketIOServer({ data: temporaryDirectory(), ...options });
  onTeardown(() => server.crash());
  return server;
}

/** A stock client that comes back quickly; it ends with the test. */
export function stockClient(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const socket = io(url, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
  onTeardown(() => void socket.disconnect());
  return socket;
}

/** The next event of a name, with all its arguments. */
export function once(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...parameters: unknown[]) => resolve(parameters)));
}

/** What a subscribe was answered. */
export interface SubscribeAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
  readonly channel?: string;
  readonly position: string;
  readonly recovered: boolean;
  readonly events: readonly { readonly data: unknown }[];
  readonly channels: readonly { readonly channel: string; readonly position: string }[];
}
