/** A generated file of the repository. */
export interface Page {
  /** From the root of the repository. */
  readonly file: string;
  /** The whole file as it should be. */
  render(): string | Promise<string>;
}

/** A row of a table; a bar in a cell does not end it. */
function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), `|${'---|'.repeat(head.length)}`, ...rows.map((cells) => row(...cells))].join('\n');
}
