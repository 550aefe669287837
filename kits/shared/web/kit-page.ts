import type { Client } from '@tidings/client';
import type { Language } from './languages.ts';

/** What the shell gives the page of a kit. It makes the page anew for another visitor. */
export interface KitPageProps {
  /** The visitor's connection; also in the context of `@tidings/react`. */
  readonly client: Client;
  /** The visitor's id. */
  readonly user: string;
  /** What others see of the visitor. */
  readonly name: string;
  /** The visitor's token, for calls over HTTP; see {@link createCall}. */
  readonly token: string;
  readonly language: Language;
  /** An error in the visitor's words. */
  readonly problemText: (error: unknown) => string;
}
