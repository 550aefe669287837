import type { Client } from '@tidings/client';
import { createContext } from 'react';

/** Which client the hooks below use. */
export const ClientContext = createContext<Client | undefined>(undefined);
