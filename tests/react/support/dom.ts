/**
 * A document for tests that render, beside Node's own WebSocket, fetch and URL: the server runs in the same process.
 * Imported before anything that imports React.
 *
 * @module
 */
import { Window } from 'happy-dom';

const window = new Window({ url: 'http://127.0.0.1/' });

Object.assign(globalThis, { window, document: window.document, MutationObserver: window.MutationObserver });
