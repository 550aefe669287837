import { useState } from 'react';
import type { Language } from '../../shared/web/languages.ts';
import { moneyText } from '../../shared/web/money.ts';

export interface LivePriceProps {
  /** Minor units; null when there is none. */
  readonly amount: number | null;
  readonly currency: string;
  readonly language: Language;
}

/** A price that moves visibly when it changes. */
export function LivePrice({ amount, currency, language }: LivePriceProps) {
  const [shown, setShown] = useState({ amount, direction: 'none', changes: 0 });
  if (shown.amount !== amount)
    setShown({ amount, direction: directionOf(shown.amount, amount), changes: shown.changes + 1 });
  return (
    <b key={shown.changes} className="market-live" data-direction={shown.direction}>
      {amount === null ? '—' : moneyText({ amount, currency }, language)}
    </b>
  );
}

function directionOf(before: number | null, now: number | null): string {
  if (before === null || now === null) return 'new';
  return now > before ? 'up' : 'down';
}
