export { createApiKeyCheck } from './api-key.ts';
export { Auth } from './auth.ts';
export { JwtAuthenticator } from './jwt-authenticator.ts';
export { Revocations } from './revocations.ts';
export { signToken } from './sign-token.ts';
export { AUTH_MIGRATIONS } from './tables.ts';
