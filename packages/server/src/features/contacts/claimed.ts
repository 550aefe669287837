import { Check } from 'typebox/value';
import { ContactChanges, languageOf } from './contact.ts';

/** What a token says of its user, as the columns that keep it. */
export interface Claimed {
  readonly token_name?: string;
  readonly token_email?: string;
  readonly token_language?: string;
  readonly token_timezone?: string;
}

/** Reads the standard claims of OpenID Connect; what is malformed, and an address that is not verified, is left out. */
export function claimedBy(claims: Readonly<Record<string, unknown>>): Claimed {
  const { name, email, email_verified: verified, locale, zoneinfo } = claims;
  const language = typeof locale === 'string' ? languageOf(locale) : undefined;
  return {
    ...(fits('name', name) ? { token_name: name } : {}),
    ...(fits('email', email) && verified !== false ? { token_email: email } : {}),
    ...(language ? { token_language: language } : {}),
    ...(fits('timezone', zoneinfo) ? { token_timezone: zoneinfo } : {}),
  };
}

function fits(field: keyof ContactChanges, value: unknown): value is string {
  return typeof value === 'string' && Check(ContactChanges, { [field]: value });
}
