import { useConnection } from '@tidings/react';
import './connection-mark.css';
import type { Language } from './languages.ts';

const TEXTS: Readonly<Record<Language, { readonly live: string; readonly waiting: string }>> = {
  en: { live: 'Live', waiting: 'No connection; what you do is kept and sent' },
  tr: { live: 'Canlı', waiting: 'Bağlantı yok; yaptıklarınız saklanır ve gönderilir' },
  ru: { live: 'На связи', waiting: 'Нет связи; сделанное сохранится и отправится' },
  uk: { live: 'На зв’язку', waiting: 'Немає зв’язку; зроблене збережеться й надішлеться' },
};

export interface ConnectionMarkProps {
  readonly language: Language;
  /** What is so without a connection. @default what is done is kept and sent */
  readonly waiting?: string;
}

/** Whether the page is live. */
export function ConnectionMark({ language, waiting = TEXTS[language].waiting }: ConnectionMarkProps) {
  const { state } = useConnection();
  const live = state === 'connected';
  return (
    <span className="connection-mark" data-live={live} role="status">
      {live ? TEXTS[language].live : waiting}
    </span>
  );
}
