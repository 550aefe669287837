/**
 * Who sits before this tab. Each tab has its own visitor, so that several can be tried side by side.
 *
 * @module
 */
import { CallError } from '../../../../kits/shared/web/call.ts';
import { createStore, type Store } from '../store.ts';
import { language } from './preferences.ts';

/** Somebody who is signed in. */
export interface Visitor {
  readonly user: string;
  readonly name: string;
  readonly token: string;
}

const KEY = 'tidings.visitor';

/** A token is good for no longer than this when nobody says. */
const SECOND = 1000;

export const visitor: Store<Visitor | undefined> = createStore(recall());

/** Signs in by a name, where the server lets one: in development. @throws CallError */
export async function signIn(name: string): Promise<void> {
  const body = { user: idOf(name), name: name.trim(), language: language.get() };
  const answer = await fetch('/api/v1/development/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!answer) throw new CallError('network', 'The server cannot be reached.');
  const {
    token,
    code = 'internal',
    detail = '',
  } = (await answer.json()) as {
    token?: string;
    code?: string;
    detail?: string;
  };
  if (token === undefined) throw new CallError(code, detail, answer.status);
  remember({ user: body.user, name: body.name, token });
}

/** Signs in by a token. @returns whether it is one that is still good. */
export function signInByToken(token: string): boolean {
  const claims = claimsOf(token);
  if (typeof claims?.sub !== 'string') return false;
  remember({ user: claims.sub, name: typeof claims.name === 'string' ? claims.name : claims.sub, token });
  return visitor.get() !== undefined;
}

/** Forgets the visitor. */
export function signOut(): void {
  remember(undefined);
}

/** The id of a name: letters of its own alphabets in Latin ones, so that it can stand in a channel's name. */
export function idOf(name: string): string {
  const latin = [...name.trim().toLocaleLowerCase('tr')].map((letter) => LETTERS[letter] ?? letter).join('');
  const id = latin
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_ID);
  return id || 'guest';
}

const LONGEST_ID = 32;

/** Of Turkish, Russian and Ukrainian, those that Unicode does not take apart. */
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries([
  ...pairs('abvgdeziklmnoprstufhc', 'абвгдезиклмнопрстуфхц'),
  ['ı', 'i'],
  ['ж', 'zh'],
  ['ч', 'ch'],
  ['ш', 'sh'],
  ['щ', 'shch'],
  ['ъ', ''],
  ['ы', 'y'],
  ['ь', ''],
  ['э', 'e'],
  ['ю', 'iu'],
  ['я', 'ia'],
  ['й', 'i'],
  ['ё', 'e'],
  ['ґ', 'g'],
  ['є', 'ie'],
  ['і', 'i'],
  ['ї', 'i'],
  ['’', ''],
  ["'", ''],
]);

function pairs(latin: string, cyrillic: string): [string, string][] {
  return [...cyrillic].map((letter, index) => [letter, latin[index] as string]);
}

function remember(who: Visitor | undefined): void {
  try {
    if (who) sessionStorage.setItem(KEY, JSON.stringify(who));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; the visitor then lasts as long as the page.
  }
  visitor.set(who && isGood(who.token) ? who : undefined);
}

function recall(): Visitor | undefined {
  try {
    const who = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Visitor | null;
    return who && isGood(who.token) ? who : undefined;
  } catch {
    return undefined;
  }
}

function isGood(token: string): boolean {
  const exp = claimsOf(token)?.exp;
  return typeof exp !== 'number' || exp * SECOND > Date.now();
}

/** What a token says; the server alone checks it. */
function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const base64 = (token.split('.')[1] as string).replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));
  } catch {
    return undefined;
  }
}
