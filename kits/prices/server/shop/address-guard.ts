import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Says whether an IP address may be connected to. */
export type AddressGuard = (address: string) => boolean;

/** All that is routed as IPv6 on the internet; outside lie IPv4-compatible addresses and what is not assigned. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** Public by its number, and yet the metadata service of a cloud (Azure). */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * A guard that lets through addresses of the public internet alone: none that is private, loopback, link-local,
 * multicast, reserved, or an IPv4 address in IPv6 clothes (mapped, compatible, NAT64, 6to4, Teredo).
 *
 * @param allowed Addresses and CIDR ranges that may be reached all the same, as `127.0.0.2` in tests.
 * @throws Error when one of `allowed` is neither.
 */
export function createAddressGuard(allowed: readonly string[] = []): AddressGuard {
  const ranges = allowed.map((range) =>
    ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${isIP(range) === 6 ? 128 : 32}`),
  );
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.parse(text);
    if (ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits)))
      return true;
    if (METADATA.has(text) || address.range() !== 'unicast') return false;
    return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
  };
}
