import { createAction, createSlice, type Slice } from '@reduxjs/toolkit';
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

/** For the middleware alone, as the next two. */
export const connectionChanged = createAction('tidings/connectionChanged', (status: ConnectionStatus) => ({
  payload: { ...status, error: errorInfo(status.error) },
}));

export const channelChanged = createAction(
  'tidings/channelChanged',
  (channel: string, { state, recovered, error }: ChannelStatus) => ({
    payload: { channel, state: { state, recovered, error: errorInfo(error) } },
  }),
);

export const channelLeft = createAction<string>('tidings/channelLeft');

/** The connection and the channels that are followed. Its reducer stands under `tidings`. */
export const tidingsSlice: Slice<TidingsState, Record<never, never>, 'tidings'> = createSlice({
  name: 'tidings',
  initialState,
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(connectionChanged, (state, { payload }) => ({ ...state, connection: payload }))
      .addCase(channelChanged, ({ connection, channels }, { payload }) => ({
        connection,
        channels: { ...channels, [payload.channel]: payload.state },
      }))
      .addCase(channelLeft, ({ connection, channels }, { payload }) => {
        const { [payload]: _, ...others } = channels;
        return { connection, channels: others };
      }),
});

/** What holds the slice's state. */
export interface TidingsRoot {
  readonly tidings: TidingsState;
}

/** Where the connection stands. */
export function selectConnection({ tidings }: TidingsRoot): ConnectionInfo {
  return tidings.connection;
}

/** Where a channel stands; `undefined` when nobody has subscribed to it. */
export function selectChannel({ tidings }: TidingsRoot, name: string): ChannelState | undefined {
  return tidings.channels[name];
}

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
