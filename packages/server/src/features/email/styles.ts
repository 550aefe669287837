/**
 * How mails and the page behind their links look. Everything is readable without it too, as where a mail program takes
 * styles away.
 *
 * @module
 */

/** For a style element. */
export const STYLES = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 12px; background: #f3f5f4; color: #14201e;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%; text-size-adjust: 100%; overflow-wrap: anywhere; }
.sheet { max-width: 560px; margin: 0 auto; }
.sender { margin: 0 0 12px; padding: 0 4px; color: #53615d; font-size: 14px; font-weight: 600; }
.letter { margin: 0 0 12px; padding: 20px; background: #ffffff; border: 1px solid #dbe1df; border-radius: 12px; }
.letter h1, .letter h2 { margin: 0 0 4px; font-size: 20px; line-height: 1.3; font-weight: 650; text-wrap: pretty; }
.letter h2 { font-size: 17px; }
.letter p { margin: 12px 0 0; }
.letter .time { margin: 0; color: #53615d; font-size: 14px; }
.letter .open { margin-top: 18px; }
.success { border-top: 3px solid #17653a; }
.warning { border-top: 3px solid #e2972f; }
.error { border-top: 3px solid #a8231b; }
.button { display: inline-block; padding: 9px 18px; border: 0; border-radius: 8px; background: #0b5f6b; color: #ffffff;
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
.button:hover { background: #084b55; }
.button:focus-visible { outline: 3px solid #5cc6d1; outline-offset: 2px; }
.footer { padding: 4px; color: #53615d; font-size: 13px; }
.footer p { margin: 4px 0 0; }
.footer a { color: #53615d; }
.kinds { margin: 12px 0 0; padding: 0; list-style: none; }
.kinds li { display: inline-block; margin: 0 6px 6px 0; padding: 1px 8px; border: 1px solid #dbe1df; border-radius: 6px;
  font: 14px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
form { margin: 18px 0 0; }
@media (prefers-color-scheme: dark) {
  body { background: #0d1413; color: #e6eeec; }
  .letter { background: #141d1c; border-color: #26322f; }
  .success { border-top-color: #79d698; }
  .warning { border-top-color: #e5a544; }
  .error { border-top-color: #ff978d; }
  .sender, .letter .time, .footer, .footer a { color: #98a7a3; }
  .button { background: #5cc6d1; color: #04201f; }
  .button:hover { background: #7cd6df; }
  .kinds li { border-color: #26322f; }
}
`;
