import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { NotFound } from './pages/not-found.tsx';
import { PAGES } from './pages/pages.tsx';
import { path } from './shell/router.ts';
import { Shell } from './shell/shell.tsx';
import './styles/base.css';
import { useStore } from './use-store.ts';

function App() {
  const current = useStore(path);
  const Page = PAGES.find((page) => page.path === current)?.component ?? NotFound;
  return (
    <Shell>
      <Page key={current} />
    </Shell>
  );
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
