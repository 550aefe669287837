export { createEmail, type Email, type EmailOptions } from './create-email.ts';
export type { EmlOutbox } from './eml-outbox.ts';
export { EMAIL_MIGRATIONS } from './tables.ts';
export { languageOf, type UnsubscribeLinks, type Unsubscription } from './unsubscribe-links.ts';
export { type UnsubscribeState, unsubscribePage } from './unsubscribe-page.ts';
