import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { startKits } from './support/start-kits.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

function file(content: string): URL {
  const path = join(temporaryDirectory(), 'shop.js');
  writeFileSync(path, content);
  return pathToFileURL(path);
}

it('serves the files of a kit as they are, to pages of any origin', async () => {
  const { url } = await startKits([{ name: 'shop', files: { '/js/shop.js': file('hello();') } }]);
  const answer = await fetch(`${url}/js/shop.js`, { headers: { origin: 'https://elsewhere.example' } });
  expect(await answer.text()).toBe('hello();');
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const again = await fetch(`${url}/js/shop.js`, {
    headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(304);
});

it.each([
  ['a path that is taken', { '/js/shop.js': '' }, /"\/js\/shop.js" is declared twice/],
  ['a path that is none', { 'shop.js': '' }, /"shop.js" is no path/],
])('refuses %s', async (_what, files, fault) => {
  const given = Object.fromEntries(Object.keys(files).map((path) => [path, file('')]));
  const first = { name: 'first', files: { '/js/shop.js': file('') } };
  await expect(startKits([first, { name: 'second', files: given }])).rejects.toThrow(fault);
});

it('refuses a file that is not there', async () => {
  const gone = new URL('gone.js', file(''));
  await expect(startKits([{ name: 'shop', files: { '/js/shop.js': gone } }])).rejects.toThrow(/gone\.js/);
});
