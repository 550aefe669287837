import { readFileSync } from 'node:fs';

/** Names the time since the machine was started; `undefined` where the system (other than Linux) does not tell. */
export function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
