'use client';

/**
 * React hooks of the Tidings client.
 *
 * ```tsx
 * const client = createClient({ url: 'https://live.example.com', token: () => fetchToken() });
 *
 * function Price() {
 *   const { events } = useEvents<{ price_update: { new_price: string } }>('product:42', { last: 1 });
 *   return <b>{events.at(-1)?.data.new_price}</b>;
 * }
 *
 * root.render(<TidingsProvider client={client}><Price /></TidingsProvider>);
 * ```
 *
 * @module
 */
export type { ChannelEvent } from './event-log.ts';
export { TidingsProvider, type TidingsProviderProps } from './tidings-provider.ts';
export {
  type ChannelHandlers,
  type UseChannelOptions,
  type UseChannelResult,
  useChannel,
} from './use-channel.ts';
export { useClient } from './use-client.ts';
export { type CommandState, type UseCommandResult, useCommand } from './use-command.ts';
export { useConnection } from './use-connection.ts';
export { type UseEventsOptions, type UseEventsResult, useEvents } from './use-events.ts';
export {
  type UseNotificationsOptions,
  type UseNotificationsResult,
  useNotifications,
} from './use-notifications.ts';
export { type UsePresenceResult, usePresence } from './use-presence.ts';
export { type UseTypingResult, useTyping } from './use-typing.ts';
