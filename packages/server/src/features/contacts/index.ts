export { type Contact, LANGUAGES, type Language } from './contact.ts';
