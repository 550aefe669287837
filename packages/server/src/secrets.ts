/**
 * The secrets that a server makes for itself at its first start: `secrets.json` in the data directory.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import webPush from 'web-push';

const SecretsFile = Type.Object({
  /** Signs and checks tokens by HS256. */
  jwtSecret: Type.String({ minLength: 32 }),
  /** What server calls carry. */
  apiKey: Type.String({ minLength: 20 }),
  /** The key pair of Web Push, base64url. */
  vapid: Type.Object({
    publicKey: Type.String({ pattern: '^[A-Za-z0-9_-]{87}$' }),
    privateKey: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  }),
});

/** The secrets of a data directory. */
export type Secrets = Static<typeof SecretsFile>;

/** Bytes of randomness in a secret. */
const SECRET_BYTES = 48;
const API_KEY_BYTES = 32;

/**
 * Reads the secrets of a data directory; makes directory and secrets when there are none.
 *
 * @throws Error in one sentence when the file cannot be used: unreadable, malformed, or readable by everyone.
 */
export function openSecrets(data: string): Secrets {
  const file = fileOf(data);
  return read(file) ?? write(data, file, createSecrets());
}

/** Reads the secrets of a data directory; nothing when there are none. @throws Error as {@link openSecrets}. */
export function readSecrets(data: string): Secrets | undefined {
  return read(fileOf(data));
}

/** Makes secrets. */
export function createSecrets(): Secrets {
  return {
    jwtSecret: randomBytes(SECRET_BYTES).toString('base64url'),
    apiKey: `tidings_${randomBytes(API_KEY_BYTES).toString('base64url')}`,
    vapid: webPush.generateVAPIDKeys(),
  };
}

/**
 * Writes secrets into a data directory that has none.
 *
 * @returns those that are there now: of two who write at once the first one counts.
 * @throws Error in one sentence when they cannot be written.
 */
export function writeSecrets(data: string, secrets: Secrets): Secrets {
  return write(data, fileOf(data), secrets);
}

const fileOf = (data: string): string => join(data, 'secrets.json');

function read(file: string): Secrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (process.platform !== 'win32' && (statSync(file).mode & EVERYONE) !== 0)
    throw new Error(
      `${file} can be read by everyone on this machine; run chmod 600 on it, and delete it instead if someone may have read it.`,
    );
  return parseSecrets(file, text);
}

/** The bits of a file's mode that are about everyone. */
const EVERYONE = 0o007;

/** Reads secrets from JSON. @param place names where they are. @throws Error in one sentence when they are malformed. */
export function parseSecrets(place: string, text: string): Secrets {
  let secrets: unknown;
  try {
    secrets = JSON.parse(text);
  } catch {
    throw new Error(`${place} is not JSON; put back a copy, or delete it to get new secrets.`);
  }
  const [fault] = Errors(SecretsFile, secrets);
  if (fault) {
    const where = fault.instancePath.slice(1).replaceAll('/', '.') || 'it';
    throw new Error(
      `${place} is malformed: ${where} ${fault.message}; put back a copy, or delete it to get new secrets.`,
    );
  }
  return secrets as Secrets;
}

/** Writes beside and links into place: never half a file, and of two who create it at once the first one counts. */
function write(data: string, file: string, secrets: Secrets): Secrets {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify(secrets, undefined, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(draft, file);
    return secrets;
  } catch (error) {
    const first = codeOf(error) === 'EEXIST' ? read(file) : undefined;
    if (first) return first;
    throw new Error(`${file} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
