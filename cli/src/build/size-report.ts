import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageOf } from '../bundling/module-files';
import type { BundledFunction } from './bundled-function';

/** How large a bundle is. */
export interface SizeReport {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** The bytes of each package, the largest first. The program itself has no name. */
  readonly packages: readonly { readonly name: string | undefined; readonly bytes: number }[];
}

/** Returns the size of a bundle, by package. */
export function sizeOf({ file, code: split, metafile }: BundledFunction): SizeReport {
  const code = readFileSync(split?.file ?? file);
  const byName = new Map<string | undefined, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(resolve(input))?.name;
      byName.set(name, (byName.get(name) ?? 0) + bytesInOutput);
    }
  }
  const packages = [...byName].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: code.length, gzipBytes: gzipSync(code).length, packages };
}
