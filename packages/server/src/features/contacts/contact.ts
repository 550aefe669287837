import Type, { type Static } from 'typebox';

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

/** One address, without anything that could end a header of a mail. */
const EMAIL = '^[^\\s\\p{C}@<>(),;:"\\\\[\\]]{1,64}@[^\\s\\p{C}@<>(),;:"\\\\[\\]]{1,189}$';

const settable = { description: '`null` takes back what was set; what the user’s token says then counts.' };

/** What may be set of a contact; what is left out stays as it is. */
export const ContactChanges = Type.Object(
  {
    name: Type.Optional(
      Type.Union([Type.String({ pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]{1,128}$' }), Type.Null()], settable),
    ),
    email: Type.Optional(
      Type.Union([Type.String({ maxLength: 254, pattern: EMAIL }), Type.Null()], settable),
    ),
    language: Type.Optional(Type.Union([Type.Enum([...LANGUAGES]), Type.Null()], settable)),
    timezone: Type.Optional(
      Type.Union(
        [
          Type.Refine(
            Type.String({ maxLength: 64, examples: ['Europe/Istanbul'] }),
            isTimezone,
            () => 'must be an IANA time zone',
          ),
          Type.Null(),
        ],
        settable,
      ),
    ),
  },
  { additionalProperties: false },
);
export type ContactChanges = Static<typeof ContactChanges>;

/** Whether a text names a time zone, such as `Europe/Istanbul`. */
export function isTimezone(text: string): boolean {
  // Intl takes offsets too, which know nothing of summer time.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** The language of ours that a locale such as `tr-TR` is read in; `undefined` when there is none. */
export function languageOf(locale: string): Language | undefined {
  const code = locale.split(/[-_]/)[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === code);
}
