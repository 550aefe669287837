import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an IPv4 address may be asked. */
export type AddressGuard = (address: string) => boolean;

/** Public by its number, and yet the metadata service of a cloud (Azure). */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16']);

const BITS = 32;

/**
 * A guard that lets through IPv4 addresses of the public internet alone, so that nobody learns by a game server's status
 * what stands in the network of this one.
 *
 * @param allowed addresses and CIDR ranges that may be asked all the same: game servers of one's own network.
 * @throws Error when one of `allowed` is neither.
 */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const ranges = allowed.map((range) => {
    const parsed = range.includes('/') ? range : `${range}/${BITS}`;
    if (!ipaddr.IPv4.isValidCIDR(parsed))
      throw new Error(`FORUM_SERVER_ALLOW must list IPv4 addresses and ranges, and has "${range}".`);
    return ipaddr.IPv4.parseCIDR(parsed);
  });
  return (text) => {
    if (isIP(text) !== 4) return false;
    const address = ipaddr.IPv4.parse(text);
    if (ranges.some((range) => address.match(range))) return true;
    return !METADATA.has(text) && address.range() === 'unicast';
  };
}

/** A host leads to no address that may be asked. */
export class RefusedAddress extends Error {}

/**
 * Finds the address of a host. What was found is what is to be asked: a name may lead elsewhere the next time.
 *
 * @throws RefusedAddress
 */
export async function findAddress(host: string, guard: AddressGuard): Promise<string> {
  const found = isIP(host) ? [host] : await resolve(host);
  const address = found.find(guard);
  if (address === undefined) throw new RefusedAddress(`${host} has no IPv4 address that may be asked`);
  return address;
}

async function resolve(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { family: 4, all: true })).map(({ address }) => address);
  } catch (error) {
    throw new RefusedAddress(`${host} cannot be found`, { cause: error });
  }
}
