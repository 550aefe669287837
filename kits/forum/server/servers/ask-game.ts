import * as gamedig from 'gamedig';
import { type AddressGuard, findAddress } from './address-guard.ts';

/** What a game server says of itself. */
export interface GameAnswer {
  readonly name: string;
  readonly players: number;
  readonly max_players: number;
  readonly map: string;
  /** Milliseconds. */
  readonly ping: number;
  readonly player_list: readonly Player[];
}

/** Somebody who plays. */
export interface Player {
  readonly name: string;
  readonly score: number | null;
}

/** Where a game server is, and what it speaks. */
export interface GameAddress {
  readonly type: string;
  readonly host: string;
  /** Of its queries. */
  readonly port: number;
}

/**
 * Protocols that speak to the address they are given and to nothing else. Those by HTTP may be led on to other addresses,
 * and others ask a list of servers somewhere.
 */
const PROTOCOLS: ReadonlySet<string> = new Set([
  'quake1',
  'quake2',
  'quake3',
  'doom3',
  'hexen2',
  'valve',
  'goldsrc',
  'gamespy1',
  'gamespy2',
  'gamespy3',
  'unreal2',
  'ut3',
  'ase',
  'samp',
  'vcmp',
  'warsow',
  'ffow',
  'minecraft',
  'minecraftbedrock',
  'minecraftvanilla',
]);

interface Game {
  readonly name: string;
  readonly options: { readonly protocol: string };
}

/** The types have the list as a type alone. */
const { games } = gamedig as unknown as { readonly games: Readonly<Record<string, Game>> };

/** The games that can be asked: by id what they are called. */
export const GAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(games)
    .filter(([, { options }]) => PROTOCOLS.has(options.protocol))
    .map(([id, { name }]) => [id, name]),
);

const ATTEMPTS = 2;
/** Some games are asked several things. */
const ANSWERS_OF_ATTEMPT = 2;

const MAX_NAME = 100;
const MAX_MAP = 64;
const MAX_PLAYERS = 100_000;
const MAX_LISTED = 128;

/**
 * Asks a game server how it is.
 *
 * @param how `timeout`: milliseconds for one answer; a server is asked twice.
 * @throws Error when it does not answer, or what it says cannot be read; RefusedAddress.
 */
export async function askGame(
  { type, host, port }: GameAddress,
  { guard, timeout }: { readonly guard: AddressGuard; readonly timeout: number },
): Promise<GameAnswer> {
  const address = await findAddress(host, guard);
  const answer = await gamedig.GameDig.query({
    type,
    host: address,
    address,
    port,
    givenPortOnly: true,
    maxRetries: ATTEMPTS,
    socketTimeout: timeout,
    attemptTimeout: timeout * ANSWERS_OF_ATTEMPT,
  });
  return {
    name: textOf(answer.name, MAX_NAME),
    players: countOf(answer.numplayers),
    max_players: countOf(answer.maxplayers),
    map: textOf(answer.map, MAX_MAP),
    ping: countOf(answer.ping),
    player_list: [...answer.players, ...answer.bots].slice(0, MAX_LISTED).flatMap(({ name, score, raw }) => {
      const called = textOf(name, MAX_NAME);
      return called === '' ? [] : [{ name: called, score: scoreOf(score ?? fragsOf(raw)) }];
    }),
  };
}

/** A stranger's text, fit to be shown on one line. */
function textOf(value: unknown, length: number): string {
  const text = typeof value === 'string' ? value.toWellFormed().replaceAll(/\p{C}/gu, '').trim() : '';
  return [...text].slice(0, length).join('');
}

/** Some protocols give their numbers as text. */
function countOf(value: unknown): number {
  const number = Math.round(Number(value));
  return number >= 0 && number <= MAX_PLAYERS ? number : 0;
}

function scoreOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function fragsOf(raw: object | undefined): unknown {
  return raw && 'frags' in raw ? raw.frags : undefined;
}
