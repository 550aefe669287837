import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';

/** What a page loads at once. */
export interface Bundle {
  readonly code: string;
  /** Bytes as a browser would load it. */
  readonly gzipped: number;
}

/**
 * Bundles a file and all it imports, minified, for browsers.
 *
 * @param name of the global that a script tag gives; without one it is an ES module.
 */
export async function bundle(input: string, name?: string): Promise<Bundle> {
  const build = await rolldown({
    input,
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
    treeshake: true,
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await build.generate({
    minify: true,
    comments: false,
    ...(name === undefined ? { format: 'esm' } : { format: 'iife', name, codeSplitting: false }),
  });
  await build.close();
  const code = loadedAtOnce(output.filter((file) => file.type === 'chunk'))
    .map((chunk) => chunk.code)
    .join('\n');
  return { code, gzipped: gzipSync(code, { level: 9 }).length };
}

/** The first chunk and all that it imports, without what is loaded on demand. */
function loadedAtOnce(chunks: readonly OutputChunk[]): readonly OutputChunk[] {
  const loaded = new Set(chunks.slice(0, 1));
  for (const { imports } of loaded)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) loaded.add(chunk);
  return [...loaded];
}
