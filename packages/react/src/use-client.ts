import type { Client } from '@tidings/client';
import { useContext } from 'react';
import { ClientContext } from './client-context.ts';

/** The client of the nearest `TidingsProvider`. @throws Error when there is none above. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('There is no <TidingsProvider> above this component.');
  return client;
}
