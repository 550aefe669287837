export { createApiKeyCheck } from './api-key.ts';
export { Auth, type AuthOptions, type EndOptions, type RevocationTimes } from './auth.ts';
export { JwtAuthenticator, type JwtAuthenticatorOptions } from './jwt-authenticator.ts';
export { Revocations, type RevocationsOptions } from './revocations.ts';
export { AUTH_MIGRATIONS, type AuthTables } from './tables.ts';
export type { TokenAlgorithm } from './token-keys.ts';
