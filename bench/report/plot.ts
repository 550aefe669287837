import { medianOf, type Table } from '../measure.ts';

const WIDTH = 720;
const BAR = 20;
const GAP = 8;
const TOP = 48;
const LABELS = 210;
/** Right of the longest bar, for its figure. */
const FIGURES = 150;

/** Follows the reader's light or dark mode; a page shows the SVG as an image, so its own style sheet has to. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.unit, .missing { fill: #59636e; }
.bar { fill: #afb8c1; }
.own { fill: #0969da; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .unit, .missing { fill: #9198a1; }
  .bar { fill: #656c76; }
  .own { fill: #4493f8; }
}`;

/** A bar for each line of a table, as SVG; less is better unless the column is a rate. */
export function plot({ row, lines }: Table): string {
  const column = row.columns.find(({ key }) => key === row.plot);
  const bars = lines.map((line) => ({
    ...line,
    value: line.missing === undefined ? medianOf(line, row.plot) : undefined,
  }));
  const greatest = Math.max(...bars.map(({ value = 0 }) => value), Number.MIN_VALUE);
  const height = TOP + bars.length * (BAR + GAP) + GAP;
  const content = bars.map(({ id, title, value, faults }, index) => {
    const y = TOP + index * (BAR + GAP);
    const baseline = y + BAR - 5;
    const label = `<text x="${LABELS - 8}" y="${baseline}" text-anchor="end">${escaped(title)}</text>`;
    if (value === undefined)
      return `${label}<text class="missing" x="${LABELS}" y="${baseline}">not measured</text>`;
    const width = Math.max(1, ((WIDTH - LABELS - FIGURES) * value) / greatest);
    const figure = `${value.toLocaleString('en-GB', { maximumFractionDigits: column?.digits ?? 2 })}${faults.length > 0 ? ' (messages lost)' : ''}`;
    return `${label}<rect class="bar${id.startsWith('tidings') ? ' own' : ''}" x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/><text x="${(LABELS + width + 6).toFixed(1)}" y="${baseline}">${figure}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escaped(row.title)}</title>
<style>${STYLE}
</style>
<text class="title" x="8" y="20">${escaped(row.title)}</text>
<text class="unit" x="8" y="38">${escaped(column?.title ?? '')}: ${row.plot === 'rate' ? 'more is better' : 'less is better'}</text>
${content.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
