import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Whether `X-Forwarded-For` tells a client's address: all, so many proxies, or those at these addresses. */
export type TrustProxy = boolean | number | string | readonly string[];

type Trust = (address: string, hop: number) => boolean;

/** `trustProxy` as fastify takes it: so many proxies are those with a lower number of hops. */
export function trusted(trustProxy: TrustProxy): boolean | string | string[] | Trust {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return typeof trustProxy === 'object' ? [...trustProxy] : trustProxy;
}

/** Reads a client's address from its request, the same on every transport as in `request.ip`. */
export function createAddressOf(trustProxy: TrustProxy): (request: IncomingMessage) => string {
  const direct = (request: IncomingMessage) => request.socket.remoteAddress ?? '';
  if (trustProxy === false) return direct;
  const trust = trusted(trustProxy);
  const compiled =
    typeof trust === 'function' ? trust : trust === true ? () => true : proxyAddr.compile(trust as string);
  return (request) => proxyAddr(request, compiled) ?? direct(request);
}
