import { createAction, createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { ChannelOptions, ChannelStatus } from '../channel.ts';
import type { ClientError } from '../client-error.ts';
import type { ConnectionStatus } from '../connection-status.ts';

/** An error as a store may hold it. */
export interface ErrorInfo extends Pick<ClientError, 'code' | 'message' | 'retryAfter'> {}

/** Where the connection stands. */
export interface ConnectionInfo extends Omit<ConnectionStatus, 'error'> {
  readonly error: ErrorInfo | undefined;
}

/** Where a subscription stands. */
export interface ChannelState extends Pick<ChannelStatus, 'state' | 'recovered'> {
  readonly error: ErrorInfo | undefined;
}

/** What the slice holds. */
export interface TidingsState {
  readonly connection: ConnectionInfo;
  /** The channels that are followed by {@link subscribe}. */
  readonly channels: Readonly<Record<string, ChannelState>>;
}

const initialState: TidingsState = {
  connection: {
    state: 'idle',
    transport: undefined,
    session: undefined,
    user: undefined,
    attempts: 0,
    retryAt: undefined,
    error: undefined,
  },
  channels: {},
};

/** The connection and the channels that are followed. Its reducer stands under `tidings`. */
export const tidingsSlice = createSlice({
  name: 'tidings',
  initialState,
  reducers: {
    /** Dispatched by the middleware. */
    connectionChanged: {
      prepare: (status: ConnectionStatus) => ({ payload: { ...status, error: errorInfo(status.error) } }),
      reducer: (state, { payload }: PayloadAction<ConnectionInfo>) => ({ ...state, connection: payload }),
    },
    /** Dispatched by the middleware. */
    channelChanged: {
      prepare: (channel: string, { state, recovered, error }: ChannelStatus) => ({
        payload: { channel, state: { state, recovered, error: errorInfo(error) } },
      }),
      reducer: (state, { payload }: PayloadAction<{ channel: string; state: ChannelState }>) => ({
        ...state,
        channels: { ...state.channels, [payload.channel]: payload.state },
      }),
    },
    /** Dispatched by the middleware. */
    channelLeft(state, { payload: channel }: PayloadAction<string>) {
      const { [channel]: _, ...channels } = state.channels;
      return { ...state, channels };
    },
  },
  selectors: {
    /** Where the connection stands. */
    selectConnection: ({ connection }) => connection,
    /** Where a channel stands; `undefined` when nobody has subscribed to it. */
    selectChannel: ({ channels }, name: string): ChannelState | undefined => channels[name],
  },
});

export const { selectConnection, selectChannel } = tidingsSlice.selectors;

/**
 * Follows a channel: the middleware dispatches its events. A channel that is subscribed to twice is left after two
 * {@link unsubscribe}.
 */
export const subscribe = createAction(
  'tidings/subscribe',
  (channel: string, options: ChannelOptions = {}) => ({
    payload: { channel, ...options },
  }),
);

/** Follows a channel no more. */
export const unsubscribe = createAction<string>('tidings/unsubscribe');

function errorInfo(error: ClientError | undefined): ErrorInfo | undefined {
  return error && { code: error.code, message: error.message, retryAfter: error.retryAfter };
}
