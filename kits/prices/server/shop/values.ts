import { Parser } from 'htmlparser2';
import type { SchemaNode } from './scan-page.ts';
import type { Availability } from './shop-reading.ts';

const MAX_TEXT = 300;
const MAX_ADDRESS = 2048;

/** A value as a list: what is one may be written without brackets. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** The objects among a value. */
export function nodesOf(value: unknown): readonly SchemaNode[] {
  return listOf(value).filter(
    (one): one is SchemaNode => typeof one === 'object' && one !== null && !Array.isArray(one),
  );
}

/** The first value that is a text or a number; that of `{"@value": …}` is one. */
export function scalarOf(value: unknown): string | number | undefined {
  for (const one of listOf(value)) {
    if ((typeof one === 'string' && one.trim() !== '') || typeof one === 'number') return one;
    const [node] = nodesOf(one);
    if (node?.['@value'] !== undefined) return scalarOf(node['@value']);
  }
  return undefined;
}

/** The last part of a name of schema.org: `InStock` of `https://schema.org/InStock`, `schema:InStock`. */
export function lastPart(name: string): string {
  return name.trim().split(/[/#:]/).at(-1) ?? '';
}

/** A text without tags, entities, control characters and needless space, cut where it is longer than a name is. */
export function plainText(value: unknown): string | undefined {
  const scalar = scalarOf(value);
  if (scalar === undefined) return undefined;
  let text = '';
  let silent = false;
  const parser = new Parser({
    onopentag: (name) => {
      silent = name === 'script' || name === 'style';
      text += ' ';
    },
    onclosetag: () => {
      silent = false;
    },
    ontext: (piece) => {
      if (!silent) text += piece;
    },
  });
  parser.end(String(scalar).slice(0, MAX_ADDRESS));
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain === '' ? undefined : [...plain].slice(0, MAX_TEXT).join('');
}

/** An image's address, whole; undefined when it is none of http(s). */
export function imageOf(value: unknown, base: string): string | undefined {
  const [first] = listOf(value);
  const [node] = nodesOf(first);
  const address = scalarOf(node ? (node.url ?? node.contentUrl ?? node['@id']) : first);
  const url = typeof address === 'string' ? URL.parse(address, base) : null;
  return url && /^https?:$/.test(url.protocol) && url.href.length <= MAX_ADDRESS ? url.href : undefined;
}

/** Words of schema.org and Open Graph, in lower case without spaces. */
const AVAILABILITY: Readonly<Record<string, Availability>> = {
  instock: 'in_stock',
  onlineonly: 'in_stock',
  instoreonly: 'in_stock',
  limitedavailability: 'in_stock',
  madetoorder: 'in_stock',
  available: 'in_stock',
  availablefororder: 'preorder',
  preorder: 'preorder',
  presale: 'preorder',
  backorder: 'preorder',
  pending: 'preorder',
  outofstock: 'out_of_stock',
  oos: 'out_of_stock',
  soldout: 'out_of_stock',
  discontinued: 'out_of_stock',
  reserved: 'out_of_stock',
};

/** Whether something can be had; undefined when the page does not say, or not in a word that is known. */
export function availabilityOf(value: unknown): Availability | undefined {
  const [node] = nodesOf(value);
  const word = scalarOf(node ? node['@id'] : value);
  if (typeof word !== 'string') return undefined;
  const key = lastPart(word)
    .replace(/[\s_-]/g, '')
    .toLowerCase();
  return Object.hasOwn(AVAILABILITY, key) ? AVAILABILITY[key] : undefined;
}
