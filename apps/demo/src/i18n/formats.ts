/**
 * Numbers and times as a language writes them.
 *
 * @module
 */
import type { Language } from '../../../../kits/shared/web/languages.ts';

/** The formats of one language. */
export interface Formats {
  number(value: number): string;
  /** A time of day to the millisecond. @param at Milliseconds since 1970-01-01 UTC. */
  time(at: number): string;
  /** A short span. @param value Milliseconds. */
  milliseconds(value: number): string;
  /** A long span in its largest unit. @param value Seconds. */
  duration(value: number): string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on tenths of a millisecond say nothing. */
const WHOLE = 10;

/** Creates the formats of a language. */
export function createFormats(language: Language): Formats {
  const number = new Intl.NumberFormat(language);
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  });
  const unit = (name: string, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    });
  const [fine, milliseconds] = [unit('millisecond', 1), unit('millisecond')];
  const [second, minute, hour, day] = [unit('second'), unit('minute'), unit('hour'), unit('day')];
  return {
    number: (value) => number.format(value),
    time: (at) => time.format(at),
    milliseconds: (value) => (value < WHOLE ? fine : milliseconds).format(value),
    duration(value) {
      if (value < MINUTE) return second.format(Math.floor(value));
      if (value < HOUR) return minute.format(Math.floor(value / MINUTE));
      if (value < DAY) return hour.format(Math.floor(value / HOUR));
      return day.format(Math.floor(value / DAY));
    },
  };
}
