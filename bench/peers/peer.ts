/**
 * A peer: a server that is measured. One file each.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Running, said, start } from '../processes.ts';
import type { Wire } from '../wire.ts';

/** How subscribers are connected, or what publishers ask for where there are none. */
export type Transport = 'websocket' | 'socketio' | 'sse' | 'http' | 'http-batch' | 'command';

/** What a row wants of a peer. */
export interface Setup {
  readonly transport: Transport;
  /** Events are on disk before they are acknowledged. @default false */
  readonly durable?: boolean;
  /** Subscribers ask for permessage-deflate. @default false */
  readonly compressed?: boolean;
  /** Publishers ask for an answer to each message. @default false */
  readonly answered?: boolean;
}

/** A peer that runs. */
export interface RunningPeer {
  readonly process: Running;
  readonly port: number;
  readonly wire: Wire;
}

export interface Peer {
  /** As `--only` knows it. */
  readonly name: string;
  /** As the tables show it, with its version where that is known. */
  readonly title: string;
  readonly transports: readonly Transport[];
  /** It can keep events on disk. @default false */
  readonly durable?: boolean;
  /** It can compress. @default false */
  readonly compresses?: boolean;
  /** Why it cannot be had here; `undefined` when it can. */
  missing(): string | undefined;
  start(setup: Setup): Promise<RunningPeer>;
}

/** Where install-peers.sh puts programs. */
const INSTALLED = join(import.meta.dirname, '../.peers');

/** A program that install-peers.sh has put there. */
export function installed(path: string): string {
  return join(INSTALLED, path);
}

/** Says that a file is missing, and why install-peers.sh could not get it. */
export function missingFile(path: string, name: string): string | undefined {
  if (existsSync(path)) return undefined;
  const reason = installed(`${name}.missing`);
  return existsSync(reason)
    ? `not installed: ${readFileSync(reason, 'utf8').trim()}`
    : 'not installed: run bench/install-peers.sh';
}

const require = createRequire(import.meta.url);

/** Says that an npm package is missing. */
export function missingPackage(name: string): string | undefined {
  return versionOf(name) ? undefined : missingFile(`node_modules/${name}`, 'npm');
}

/** The version of an npm package of the peers. */
export function versionOf(name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Starts one of the servers in `servers/`, which listens on a free port and says `port=NUMBER`. */
export async function startOwn(command: readonly string[]): Promise<{ process: Running; port: number }> {
  const process = start('server', command);
  const [, port] = await said(process, /port=(\d+)/);
  return { process, port: Number(port) };
}

/** One of the servers in `servers/`. */
export function serverFile(name: string): string {
  return join(import.meta.dirname, 'servers', name);
}
