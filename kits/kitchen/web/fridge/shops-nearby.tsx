import { useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { attempt, type Kitchen } from '../kitchen.ts';
import { watchPosition } from './position-watch.ts';

/** Opts in to being told of shops nearby that have what is lacking, or out again. */
export function ShopsNearby({ kitchen }: { readonly kitchen: Kitchen }) {
  const { t, call, page } = kitchen;
  const [enabled, setEnabled] = useState(false);
  // Only where the visitor has said so in this browser: opening the page asks for nothing.
  const [watching, setWatching] = useState(false);
  const touched = useRef(false);
  const telling = useRef(Promise.resolve(true));

  useEffect(() => {
    let gone = false;
    const read = async () => {
      const settings = await call<{ readonly enabled: boolean }>('/kitchen/place');
      const { state } = await navigator.permissions.query({ name: 'geolocation' });
      if (gone || touched.current) return;
      setEnabled(settings.enabled);
      setWatching(settings.enabled && state === 'granted');
    };
    // The switch then stands where it is by default: off.
    read().catch(() => {});
    return () => {
      gone = true;
    };
  }, [call]);

  useEffect(() => {
    if (!watching) return undefined;
    return watchPosition(page.client, () => {
      setWatching(false);
      toast.error(t.shopping.noPosition);
    });
  }, [watching, page.client, t]);

  const choose = async (wanted: boolean) => {
    touched.current = true;
    setEnabled(wanted);
    if (!wanted) setWatching(false);
    const body = { enabled: wanted };
    const set = () => call('/kitchen/place/settings', { method: 'PUT', body });
    // One after the other: the server is to know the last choice.
    const mine = telling.current.then(() => attempt(kitchen, set));
    telling.current = mine;
    const told = await mine;
    if (telling.current !== mine) return;
    if (told) setWatching(wanted);
    else setEnabled(!wanted);
  };

  return (
    <div className="kitchen-nearby">
      <label>
        <input type="checkbox" checked={enabled} onChange={({ target }) => void choose(target.checked)} />
        {t.shopping.nearby}
      </label>
      <p className="kitchen-hint">{t.shopping.nearbyHint}</p>
    </div>
  );
}
