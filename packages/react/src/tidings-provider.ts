import type { Client } from '@tidings/client';
import { createElement, type ReactNode } from 'react';
import { ClientContext } from './client-context.ts';

/** What {@link TidingsProvider} takes. */
export interface TidingsProviderProps {
  /** Made by `createClient`, outside of any component: it lives as long as the application, which closes it. */
  readonly client: Client;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks below. On a server nothing connects: hooks begin with the first effect. */
export function TidingsProvider({ client, children }: TidingsProviderProps): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children);
}
