import { type Client, createClient } from '@tidings/client';
import { useEffect, useRef, useState } from 'react';

interface WebSocketEvent {
  type: string;
  data: unknown;
}

export function useITCookWebSocket(
  token: string,
  { url = 'http://localhost:3000', channels = ['community:feed'] } = {},
) {
  const [isConnected, setIsConnected] = useState(false);
  const [events, setEvents] = useState<WebSocketEvent[]>([]);
  const clientRef = useRef<Client>(null);
  const names = channels.join();

  useEffect(() => {
    if (!token) return;
    const client = createClient({ url, token });
    clientRef.current = client;
    client.status.subscribe(() => setIsConnected(client.status.getSnapshot().state === 'connected'));
    for (const name of names.split(','))
      client.channel(name).onAny((data, { event: type }) => {
        setEvents((before) => [...before.slice(-99), { type, data }]);
      });
    return () => void client.close();
  }, [url, token, names]);

  const sendMessage = ({ type, ...data }: { type: string; [field: string]: unknown }) =>
    clientRef.current?.command(type, data);

  return { isConnected, events, sendMessage, clearEvents: () => setEvents([]) };
}
