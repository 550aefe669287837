import { beforeAll, expect, it, vi } from 'vitest';

let idOf: (name: string) => string;

beforeAll(async () => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  ({ idOf } = await import('./visitor.ts'));
});

it.each([
  ['Ayşe', 'ayse'],
  ['İSTANBUL', 'istanbul'],
  ['Ирина Щукина', 'irina-shchukina'],
  ['Олена Ґудзь', 'olena-gudz'],
  ['  José  ', 'jose'],
  ['王', 'guest'],
  ['__proto__', 'proto'],
])('makes an id of %s', (name, id) => {
  expect(idOf(name)).toBe(id);
});
