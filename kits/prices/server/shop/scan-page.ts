import { Parser } from 'htmlparser2';

/** A thing that a page describes: JSON-LD as it stands, microdata in the same shape. */
export interface SchemaNode {
  readonly [property: string]: unknown;
}

/** What a page says to machines. */
export interface PageMarks {
  /** The texts of its `application/ld+json` scripts. */
  readonly jsonLd: readonly string[];
  /** Its microdata items that are in no other. */
  readonly items: readonly SchemaNode[];
  /** `<meta property>` and `<meta name>`, in lower case; of several, the first. */
  readonly meta: ReadonlyMap<string, string>;
  readonly canonical: string | undefined;
  /** `<html lang>`. */
  readonly language: string | undefined;
}

type Attributes = Readonly<Record<string, string>>;

interface Item {
  [property: string]: unknown;
}

/** An element's text that is the value of a property. */
interface Capture {
  readonly item: Item;
  readonly properties: string;
  text: string;
}

interface Frame {
  readonly item?: Item;
  readonly capture?: Capture;
}

/** Deeper than any page means to be; the parser's time grows with the depth. */
const MAX_DEPTH = 500;
const MAX_SCRIPTS = 50;
const MAX_ITEMS = 2000;
const MAX_CAPTURES = 20;
const MAX_TEXT = 500;

/** The attribute in which an element has its value, where that is not its text. */
const VALUE_IN: Readonly<Record<string, string>> = {
  a: 'href',
  area: 'href',
  link: 'href',
  img: 'src',
  source: 'src',
  embed: 'src',
  object: 'data',
  data: 'value',
  meter: 'value',
  time: 'datetime',
  meta: 'content',
};

/** Collects what a page says to machines, in one pass. Whatever is not closed, nested too deeply or too much is left out. */
export function scanPage(html: string): PageMarks {
  const scan = new Scan();
  const parser = new Parser(scan, { decodeEntities: true });
  for (let at = 0; at < html.length && !scan.full; at += PIECE) parser.write(html.slice(at, at + PIECE));
  if (!scan.full) parser.end();
  return scan;
}

/** Characters that are parsed before looking whether there is more to find. */
const PIECE = 65_536;

class Scan implements PageMarks {
  readonly jsonLd: string[] = [];
  readonly items: SchemaNode[] = [];
  readonly meta = new Map<string, string>();
  canonical: string | undefined;
  language: string | undefined;
  /** Nothing more is taken. */
  full = false;

  readonly #frames: Frame[] = [];
  readonly #open: Item[] = [];
  readonly #captures: Capture[] = [];
  #count = 0;
  #script: string[] | undefined;
  #silent = false;

  onopentag(name: string, attributes: Attributes): void {
    if (this.#frames.length >= MAX_DEPTH) this.full = true;
    if (this.full) return;
    this.#silent = name === 'script' || name === 'style';
    if (name === 'script' && /^\s*application\/ld\+json\s*(;|$)/i.test(attributes.type ?? ''))
      this.#script = [];
    else if (name === 'meta') this.#takeMeta(attributes);
    else if (name === 'html') this.language ??= attributes.lang;
    else if (name === 'link' && /(^|\s)canonical(\s|$)/i.test(attributes.rel ?? ''))
      this.canonical ??= attributes.href;
    this.#frames.push(this.#frameOf(name, attributes));
  }

  ontext(text: string): void {
    if (this.#script) this.#script.push(text);
    if (this.#silent) return;
    for (const capture of this.#captures)
      if (capture.text.length < MAX_TEXT) capture.text += text.slice(0, MAX_TEXT - capture.text.length);
  }

  onclosetag(): void {
    if (this.#script && this.jsonLd.length < MAX_SCRIPTS) this.jsonLd.push(this.#script.join(''));
    this.#script = undefined;
    this.#silent = false;
    const { item, capture } = this.#frames.pop() ?? {};
    if (item) this.#open.pop();
    if (!capture) return;
    this.#captures.splice(this.#captures.indexOf(capture), 1);
    add(capture.item, capture.properties, capture.text);
  }

  #takeMeta(attributes: Attributes): void {
    const key = (attributes.property ?? attributes.name)?.trim().toLowerCase();
    if (key && attributes.content !== undefined && !this.meta.has(key))
      this.meta.set(key, attributes.content);
  }

  #frameOf(name: string, attributes: Attributes): Frame {
    const owner = this.#open.at(-1);
    const properties = owner && attributes.itemprop;
    if (attributes.itemscope !== undefined && this.#count < MAX_ITEMS) {
      this.#count += 1;
      const item: Item = Object.create(null);
      item['@type'] = (attributes.itemtype ?? '').split(/\s+/);
      if (attributes.itemid !== undefined) item['@id'] = attributes.itemid;
      if (owner && properties !== undefined) add(owner, properties, item);
      else this.items.push(item);
      this.#open.push(item);
      return { item };
    }
    if (!owner || properties === undefined) return {};
    // Shops write `content` on any element, to say the number beside the words.
    const value = attributes.content ?? attributes[VALUE_IN[name] ?? ''];
    if (value !== undefined) add(owner, properties, value);
    else if (this.#captures.length < MAX_CAPTURES) {
      const capture = { item: owner, properties, text: '' };
      this.#captures.push(capture);
      return { capture };
    }
    return {};
  }
}

function add(item: Item, properties: string, value: unknown): void {
  for (const property of properties.split(/\s+/)) {
    const values = item[property];
    if (Array.isArray(values)) values.push(value);
    else if (!property.startsWith('@')) item[property] = [value];
  }
}
