/** Languages that texts are written in, by their BCP 47 codes. */
export const LANGUAGES = ['en', 'tr', 'ru', 'uk'] as const;

/** A language that texts are written in, by its BCP 47 code. */
export type Language = (typeof LANGUAGES)[number];

/** How a user is reached, and how they read. */
export interface Contact {
  readonly user: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** @default 'en' */
  readonly language: Language;
  /** An IANA time zone. @default 'UTC' */
  readonly timezone: string;
}
