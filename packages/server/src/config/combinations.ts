/**
 * Combinations of options that would void a promise or the security of the server, each refused with the reason.
 *
 * @module
 */
import { createECDH, createPublicKey, type KeyObject } from 'node:crypto';
import { resolveNamespace } from '../core/namespace.ts';
import type { Algorithm, Config } from './schema.ts';

/** How long a server may take to go down before it is killed, milliseconds; Docker and systemd wait this long or longer. */
const LONGEST_DRAIN = 30_000;

/** Says what is wrong with options that are right one by one. @param production whether `NODE_ENV` is `production`. */
export function combinationFaults(config: Config, production: boolean): string[] {
  return [
    ...placeFaults(config, production),
    ...authFaults(config),
    ...limitFaults(config),
    ...pushFaults(config),
    ...namespaceFaults(config),
    ...emailFaults(config),
    ...deliveryFaults(config),
  ];
}

function placeFaults({ development, origins, database, redis }: Config, production: boolean): string[] {
  const faults: string[] = [];
  if (development && production)
    faults.push('development is true although NODE_ENV is production: it would let strangers in; drop one');
  if (origins.includes('*') && !development)
    faults.push(
      'origins has "*" outside development: any web page could act for its visitors; name the origins of your pages',
    );
  for (const origin of origins)
    if (origin !== '*' && !isOrigin(origin))
      faults.push(`origins: "${origin}" is no origin; write it like https://app.example.com, without a path`);
  if (database !== '' && !/^postgres(ql)?:\/\/./.test(database))
    faults.push('database must be a postgres:// URL, or empty for SQLite in the data directory');
  if (redis !== '' && !(/^rediss?:\/\/./.test(redis) && URL.canParse(redis)))
    faults.push('redis must be a redis:// or rediss:// URL, or empty for one server alone');
  else if (redis !== '' && database === '')
    faults.push(
      'redis is given, but database is not: each server would have notifications, revocations and answers of its own, so that a command repeated on another server would have a second effect; give the postgres:// URL of a database that all servers share',
    );
  return faults;
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, host } = new URL(text);
  // Apps in a shell have schemes of their own (capacitor://localhost), for which URL knows no origin.
  return (origin === 'null' ? `${protocol}//${host}` : origin) === text;
}

function authFaults({ auth, development }: Config): string[] {
  const faults: string[] = [];
  const { secret, publicKey, jwksUrl, algorithms } = auth;
  const asymmetric = algorithms.filter((algorithm) => algorithm !== 'HS256');
  if (secret?.includes('-----BEGIN'))
    faults.push(
      'auth.secret holds a PEM key: whoever knows the public key could sign tokens; use auth.publicKey',
    );
  if (publicKey !== undefined && jwksUrl !== undefined)
    faults.push('auth.publicKey and auth.jwksUrl are both given; which one signs is open, so give one');
  if (publicKey === undefined && jwksUrl === undefined && asymmetric.length > 0)
    faults.push(
      `auth.algorithms has ${asymmetric.join(', ')}, but neither auth.publicKey nor auth.jwksUrl is given`,
    );
  if (secret !== undefined && !algorithms.includes('HS256'))
    faults.push(
      'auth.secret is given beside a public key, but auth.algorithms has no HS256; list HS256 and the other explicitly to take both, or drop the secret',
    );
  if (publicKey !== undefined) {
    const own = algorithmOf(publicKey);
    if (own === undefined)
      faults.push('auth.publicKey is no public key in PEM of RSA (2048 bits or more), P-256 or Ed25519');
    else if (!algorithms.includes(own))
      faults.push(`auth.publicKey is a key for ${own}, which auth.algorithms does not have`);
    else if (asymmetric.length > 1)
      faults.push(`auth.publicKey can only check ${own}; drop the others from auth.algorithms`);
  }
  if (jwksUrl !== undefined && !isKeySetUrl(jwksUrl, development))
    faults.push(
      'auth.jwksUrl must be an https: URL (http: in development): whoever changes the keys on the way could forge tokens',
    );
  return faults;
}

function isKeySetUrl(text: string, development: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === 'https:' || (development && protocol === 'http:');
}

const SHORTEST_RSA_KEY = 2048;

/** The algorithm of a public key in PEM; `undefined` when it is none, or of no algorithm that is taken. */
export function algorithmOf(pem: string): Algorithm | undefined {
  // Node would make the public key of a private one; a private key has no business here.
  if (pem.includes('PRIVATE KEY')) return undefined;
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return undefined;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= SHORTEST_RSA_KEY ? 'RS256' : undefined;
  if (type === 'ec') return details?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  return type === 'ed25519' ? 'EdDSA' : undefined;
}

function limitFaults({ limits, heartbeat, presence, drain }: Config): string[] {
  const faults: string[] = [];
  if (limits.queue < limits.message)
    faults.push(
      'limits.queue is less than limits.message: one event could not wait for anyone, so its readers would be cut again and again',
    );
  if (limits.body < limits.message)
    faults.push(
      'limits.body is less than limits.message: an event that sockets take could not come over HTTP',
    );
  if (limits.historyBytes < limits.queue)
    faults.push(
      'limits.historyBytes is less than limits.queue: less history would be kept than one resume may bring',
    );
  if (limits.commandBurst < limits.commandsPerSecond / 10)
    faults.push(
      'limits.commandBurst is less than a tenth of limits.commandsPerSecond: a client within its rate would be refused',
    );
  if (presence.ttl < 2 * heartbeat)
    faults.push('presence.ttl is less than two heartbeats: members who are there would come and go');
  if (drain.timeout > LONGEST_DRAIN)
    faults.push(
      `drain.timeout is more than ${LONGEST_DRAIN} ms: the server would be killed while it drains, before its queues are flushed`,
    );
  return faults;
}

function pushFaults({ push }: Config): string[] {
  const faults: string[] = [];
  const { subject, publicKey, privateKey, trustedOrigins } = push;
  if ((publicKey === undefined) !== (privateKey === undefined))
    faults.push(
      'push.publicKey and push.privateKey go together; give both, or none for those of secrets.json',
    );
  else if (publicKey !== undefined && privateKey !== undefined && publicOf(privateKey) !== publicKey)
    faults.push('push.publicKey is not that of push.privateKey: no push service would take a message');
  if (subject !== undefined && !/^(mailto:[^@\s]+@[^@\s]+|https:\/\/[^\s/]+\S*)$/.test(subject))
    faults.push('push.subject must be a mailto: address or an https: URL');
  for (const origin of trustedOrigins)
    if (URL.parse(origin)?.protocol !== 'https:' || new URL(origin).origin !== origin)
      faults.push(
        `push.trustedOrigins: "${origin}" is no https: origin; write it like https://push.example.lan:8443, without a path`,
      );
  return faults;
}

/** The public key of a private one on P-256; `undefined` when it is none. */
function publicOf(privateKey: string): string | undefined {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(privateKey, 'base64url');
    return pair.getPublicKey('base64url');
  } catch {
    return undefined;
  }
}

function namespaceFaults({ namespaces }: Config): string[] {
  return Object.entries(namespaces).flatMap(([name, options]) => {
    try {
      resolveNamespace(name, options);
      return [];
    } catch (error) {
      return error instanceof Error ? error.message.split('\n') : [String(error)];
    }
  });
}

/** One address, with a name before it or without. */
const SENDER =
  /^(?:[^\p{C}<>@,;]*<\s*[^\s\p{C}<>@,;]+@[^\s\p{C}<>@,;]+\s*>|[^\s\p{C}<>@,;]+@[^\s\p{C}<>@,;]+)$/u;

function deliveryFaults({ delivery: { pushAfter, emailAfter, backoff, longestBackoff } }: Config): string[] {
  const faults: string[] = [];
  if (emailAfter < pushAfter)
    faults.push(
      'delivery.emailAfter is less than delivery.pushAfter: a mail would be due before the push is',
    );
  if (longestBackoff < backoff)
    faults.push('delivery.longestBackoff is less than delivery.backoff: no wait would fit both');
  return faults;
}

function emailFaults({ email, development }: Config): string[] {
  const faults: string[] = [];
  const { smtp, from, publicUrl } = email;
  if (!SENDER.test(from))
    faults.push('email.from is not one address; write it like Prices <no-reply@example.com>');
  else if (smtp !== undefined && !development && /@localhost>?$/.test(from))
    faults.push(
      'email.smtp is given, but email.from is not: mails from localhost are thrown away by who gets them',
    );
  if (smtp !== undefined && !URL.canParse(smtp)) faults.push('email.smtp is no URL');
  if (publicUrl !== undefined && !isPublicUrl(publicUrl, development))
    faults.push('email.publicUrl must be an https: URL (http: in development) without a query');
  if (smtp !== undefined && publicUrl === undefined && !development)
    faults.push('email.smtp is given, but email.publicUrl is not: the links in mails would lead nowhere');
  return faults;
}

function isPublicUrl(text: string, development: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (development && protocol === 'http:');
}
