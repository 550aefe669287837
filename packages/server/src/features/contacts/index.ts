export { type Contact, ContactChanges, LANGUAGES, type Language } from './contact.ts';
export { Contacts } from './contacts.ts';
export { CONTACT_MIGRATIONS } from './tables.ts';
