/**
 * A push service of the test's own: HTTPS with a certificate made for it, subscriptions as a browser makes them, every
 * message decrypted (RFC 8291) and its signature checked (RFC 8292).
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { importJWK, type JWTPayload, jwtVerify } from 'jose';
import { onTeardown } from './teardown.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A message as the browser would see it, and as the push service did. */
export interface PushedMessage {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Bytes on the way. */
  readonly bytes: number;
  readonly ttl: number;
  readonly urgency: string | undefined;
  readonly topic: string | undefined;
  readonly vapid: JWTPayload;
  /** The public key of who signed. */
  readonly key: string;
}

/** Makes the keys of a sender, base64url. */
export function makeVapidKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = createECDH('prime256v1');
  // An ECDH key of Node has no leading zeros.
  do pair.generateKeys();
  while (pair.getPrivateKey().length < 32);
  return { publicKey: pair.getPublicKey('base64url'), privateKey: pair.getPrivateKey('base64url') };
}

/** How the push service answers: a status with headers, or whatever is done with the response. */
export type PushServiceAnswer =
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string }
  | ((response: ServerResponse, message: PushedMessage) => void);

/** A browser that has subscribed. */
export class PushedDevice {
  readonly #ecdh: ECDH = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly endpoint: string;
  readonly received: PushedMessage[] = [];
  /** Answers to the next messages; when there is none, it is taken. */
  readonly answers: PushServiceAnswer[] = [];
  /** Messages that came, also those that were not taken. */
  requests = 0;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#ecdh.generateKeys();
  }

  /** As `PushSubscription.toJSON()` gives it. */
  get subscription() {
    return {
      endpoint: this.endpoint,
      expirationTime: null,
      keys: {
        p256dh: this.#ecdh.getPublicKey('base64url'),
        auth: this.#auth.toString('base64url'),
      },
    };
  }

  /** Decrypts as a browser does. */
  decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const recordSize = body.readUInt32BE(16);
    const idLength = body.readUInt8(20);
    const sender = body.subarray(21, 21 + idLength);
    const record = body.subarray(21 + idLength);
    if (record.length > recordSize) throw new Error('more than one record');
    const derive = (secret: Buffer, by: Buffer, info: Buffer, length: number) =>
      Buffer.from(hkdfSync('sha256', secret, by, info, length));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#ecdh.getPublicKey(), sender]);
    const secret = derive(this.#ecdh.computeSecret(sender), this.#auth, info, 32);
    const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    const end = padded.findLastIndex((byte) => byte !== 0);
    if (padded[end] !== 2) throw new Error('no delimiter of a last record');
    return new TextDecoder('utf-8', { fatal: true }).decode(padded.subarray(0, end));
  }
}

/** A running push service. */
export interface TestPushService {
  /** `https://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** The file of its certificate, for another process that shall trust it. */
  readonly certificate: string;
  /** Faults of what was sent: not encrypted right, not signed, too large. */
  readonly faults: string[];
  /** Has a browser subscribe. */
  subscribe(): PushedDevice;
  /** Waits for a message, whatever it is answered. */
  nextRequest(): Promise<void>;
}

/** Starts a push service; it ends with the test. Its certificate is trusted in this process. */
export async function startPushService(): Promise<TestPushService> {
  const { key, cert, file: certificate } = makeCertificate();
  setDefaultCACertificates([...getCACertificates('default'), cert]);
  const devices = new Map<string, PushedDevice>();
  const faults: string[] = [];
  let waiting: (() => void)[] = [];
  const server: Server = createServer({ key, cert }, (request, response) => {
    void handle(request, response).catch((error) => {
      faults.push(String(error));
      response.writeHead(400).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(() => server.close());
  onTeardown(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const origin = `https://127.0.0.1:${port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const device = devices.get(request.url ?? '');
    const told = waiting;
    waiting = [];
    for (const tell of told) tell();
    if (!device || request.method !== 'POST') throw new Error(`nothing at ${request.method} ${request.url}`);
    device.requests += 1;
    const message = await read(request, body, device);
    const answer = device.answers.shift() ?? { status: 201 };
    if (typeof answer === 'function') return answer(response, message);
    if (answer.status < 300) device.received.push(message);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async function read(
    { headers }: IncomingMessage,
    body: Buffer,
    device: PushedDevice,
  ): Promise<PushedMessage> {
    if (body.length > 4096) throw new Error(`${body.length} bytes are more than a push service takes`);
    const [, token = '', publicKey = ''] =
      /^vapid t=([^,]+), ?k=(\S+)$/.exec(headers.authorization ?? '') ?? [];
    const point = Buffer.from(publicKey, 'base64url');
    const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) };
    const { payload: vapid } = await jwtVerify(token, await importJWK(jwk, 'ES256'), {
      audience: origin,
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'sub'],
    });
    const text = device.decrypt(body);
    return {
      payload: JSON.parse(text),
      text,
      bytes: body.length,
      ttl: Number(headers.ttl),
      urgency: headers.urgency as string | undefined,
      topic: headers.topic as string | undefined,
      vapid,
      key: publicKey,
    };
  }

  return {
    origin,
    port,
    certificate,
    faults,
    subscribe() {
      const path = `/push/${randomBytes(12).toString('base64url')}`;
      const device = new PushedDevice(origin + path);
      devices.set(path, device);
      return device;
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

/** Makes a certificate for 127.0.0.1. @throws Error when openssl is not installed. */
function makeCertificate(): { readonly key: string; readonly cert: string; readonly file: string } {
  const directory = temporaryDirectory();
  const file = (name: string) => join(directory, name);
  const subject = ['-subj', '/CN=push', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', file('key.pem'), '-out', file('cert.pem'), '-days', '1', '-nodes'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...files, ...subject], { stdio: 'pipe' });
  return {
    key: readFileSync(file('key.pem'), 'utf8'),
    cert: readFileSync(file('cert.pem'), 'utf8'),
    file: file('cert.pem'),
  };
}
