import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TidingsError } from '@tidings/protocol';

/** Answers an upgrade that is not taken with a problem document (RFC 9457). */
export function refuseUpgrade(socket: Duplex, error: TidingsError): void {
  if (!socket.writable) return;
  const { code, message, ...rest } = error.toBody();
  const body = JSON.stringify({
    type: `urn:tidings:error:${code}`,
    title: message,
    status: error.status,
    code,
    ...rest,
  });
  const headers = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(error.retryAfter === undefined ? [] : [`Retry-After: ${Math.ceil(error.retryAfter / 1000)}`]),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
