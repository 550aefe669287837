/**
 * Which addresses on the network a stranger may have us call. What a stranger names must not lead into the network that
 * the server stands in (SSRF).
 *
 * @module
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The IPv6 addresses that are given out to the public internet; what lies outside of them is none of it. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Addresses in public ranges that are none: the host of a virtual machine at Azure. */
const METADATA = ['168.63.129.16'];

/** Whether an IP address is one of the public internet, and none of this machine, its network or its cloud. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address in IPv6 clothes is taken for what it is.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || METADATA.includes(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}

/** Names that mean this machine or its network, wherever they are asked. */
const LOCAL_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|home\.arpa)\.?$/;

/** Whether a host of a URL may be on the public internet; of a name only its addresses will tell for sure. */
export function mayBePublic(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(address)) return isPublicAddress(address);
  return host.includes('.') && !LOCAL_NAMES.test(host.toLowerCase());
}

/** A name leads to nowhere on the public internet. */
export class PrivateAddressError extends Error {}

/** Finds addresses, as `dns.lookup` does. */
export type Lookup = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const byTheSystem: Lookup = (host, done) => systemLookup(host, { all: true }, done);

/**
 * A `lookup` for sockets that gives public addresses only, so that the address which was checked is the one which is
 * connected to, and a name cannot change its mind in between. A socket asks it for names only: check addresses before.
 */
export function publicLookup(find: Lookup = byTheSystem): LookupFunction {
  return (host, { all = false, family = 0 }, done) =>
    find(host, (error, addresses) => {
      if (error) return done(error, '');
      const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
      const open = addresses.filter(
        (each) => isPublicAddress(each.address) && (wanted === 0 || each.family === wanted),
      );
      const [first] = open;
      if (!first) return done(new PrivateAddressError(`${host} has no public address`), '');
      return all ? done(null, open) : done(null, first.address, first.family);
    });
}
