import { Toaster } from 'sonner';
import { theme } from '../../shell/preferences.ts';
import { useStore } from '../../use-store.ts';

/** Where the toasts of a kit's page are shown. Loaded with the page: it brings a style element along. */
export function Toasts() {
  return <Toaster theme={useStore(theme)} position="bottom-right" closeButton richColors />;
}
