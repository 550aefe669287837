import { type Client, createClient } from '@tidings/client';
import { IndexedDbOutboxStore } from '@tidings/client/browser';
import { TidingsProvider } from '@tidings/react';
import { type ComponentType, lazy, Suspense, use, useCallback, useEffect, useState } from 'react';
import type { KitPageProps } from '../../../../../kits/shared/web/kit-page.ts';
import { problemText } from '../../i18n/problem-text.ts';
import { kits } from '../../shell/kits.ts';
import { language } from '../../shell/preferences.ts';
import { useI18n } from '../../shell/use-i18n.ts';
import { signOut, type Visitor, visitor } from '../../shell/visitor.ts';
import { useStore } from '../../use-store.ts';
import './kit-page.css';
import { SignIn } from './sign-in.tsx';

export interface KitFrameProps {
  /** The kit's name. */
  readonly kit: string;
  /** Gives its page; always the same promise. */
  readonly load: () => Promise<ComponentType<KitPageProps>>;
}

/** What stands around the page of a kit: a visitor with a connection, or why there is none. */
export function KitPage({ kit, load }: KitFrameProps) {
  const { t } = useI18n();
  const loaded = useStore(kits);
  const who = useStore(visitor);
  if (loaded && !loaded.has(kit)) {
    return (
      <div className="kit-absent">
        <h1>{t.kit.absent}</h1>
        <p>{t.kit.absentText}</p>
        <pre>
          <code>npx tidings start --kit kits/{kit}/server/kit.ts</code>
        </pre>
      </div>
    );
  }
  if (!who) return <SignIn />;
  return (
    <Suspense fallback={<p className="kit-loading">{t.kit.loading}</p>}>
      <Connected key={who.token} who={who} load={load} />
    </Suspense>
  );
}

const Toasts = lazy<ComponentType>(() =>
  import('./toasts.tsx').then(
    (loaded) => ({ default: loaded.Toasts }),
    // A page without toasts is better than none.
    () => ({ default: () => null }),
  ),
);

/** Tokens that the server takes no more: nothing but another sign-in helps. */
const SPENT = new Set(['invalid_token', 'token_expired', 'token_revoked', 'unauthenticated']);

function Connected({ who, load }: Pick<KitFrameProps, 'load'> & { readonly who: Visitor }) {
  // Before there is a connection, so that the page hears what becomes of what an earlier life of it has left.
  const Page = use(load());
  const { t } = useI18n();
  const currentLanguage = useStore(language);
  const client = useVisitorClient(who);
  const text = useCallback((error: unknown) => problemText(toProblem(error), t), [t]);
  if (!client) return null;
  return (
    <TidingsProvider client={client}>
      <Page client={client} {...who} language={currentLanguage} problemText={text} />
      <Toasts />
    </TidingsProvider>
  );
}

/** A client that lives as long as the visitor is on the page. */
function useVisitorClient({ user, token }: Visitor): Client | undefined {
  const [client, setClient] = useState<Client>();
  useEffect(() => {
    const made = createClient({
      url: location.origin,
      token,
      outbox: { store: new IndexedDbOutboxStore(user) },
    });
    const stop = made.status.subscribe(() => {
      const { state, error } = made.status.getSnapshot();
      if (state === 'failed' && error && SPENT.has(error.code)) signOut();
    });
    setClient(made);
    return () => {
      stop();
      void made.close();
    };
  }, [user, token]);
  return client;
}

function toProblem(error: unknown): { readonly code: string; readonly message: string } {
  const { code = 'internal', message = '' } = error as { readonly code?: string; readonly message?: string };
  return { code, message };
}
