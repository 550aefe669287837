import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  // Our own packages by their sources: nothing is built before.
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    // Everything is a file of its own: the page runs where only its own origin may load anything.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox128', 'safari17.5'],
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': server,
      '/docs': server,
      '/js': server,
      '/events': server,
      '/realtime': { target: server, ws: true },
      '/socket.io': { target: server, ws: true },
    },
  },
});
