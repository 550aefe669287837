/**
 * How all stands before anything is asked for: on a server, and until a page is hydrated.
 *
 * @module
 */
import type { ChannelStatus, ConnectionStatus } from '@tidings/client';

export const IDLE_CONNECTION: ConnectionStatus = {
  state: 'idle',
  transport: undefined,
  session: undefined,
  user: undefined,
  attempts: 0,
  retryAt: undefined,
  error: undefined,
};

export const IDLE_CHANNEL: ChannelStatus = {
  state: 'idle',
  position: undefined,
  recovered: undefined,
  error: undefined,
};
