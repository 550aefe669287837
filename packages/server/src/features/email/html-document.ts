import { html } from 'ghtml';
import type { Language } from '../contacts/index.ts';
import { STYLES } from './styles.ts';

/** A whole document. @param body HTML, with everything of users escaped. */
export function htmlDocument(language: Language, title: string, body: string): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>!${STYLES}</style>
</head>
<body>
<div class="sheet">
!${body}
</div>
</body>
</html>
`;
}
