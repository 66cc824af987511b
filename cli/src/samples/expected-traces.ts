import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './deployment';

/** The path, from the root of the repository, of the file with the expected trace of a run. */
export function expectedTraceFile(sampleName: string, runName: string): string {
  return `samples/${sampleName}/trace/${runName}.txt`;
}

/** The expected trace of a run; `undefined` when the sample has none. */
export function readExpectedTrace(sampleName: string, runName: string): string | undefined {
  const file = join(REPOSITORY, expectedTraceFile(sampleName, runName));
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : undefined;
}

/**
 * Saves a rendered trace as the expected one of a run, also in the block of the sample's README that shows the file.
 */
export function writeExpectedTrace(sampleName: string, runName: string, rendered: string): void {
  const name = expectedTraceFile(sampleName, runName);
  const file = join(REPOSITORY, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${rendered}\n`);
  const readme = join(REPOSITORY, 'samples', sampleName, 'README.md');
  if (!existsSync(readme)) return;
  const [before, after] = readFileSync(readme, 'utf8').split(`<!-- from ${name} -->\n`, 2);
  if (before === undefined || after === undefined) return;
  const block = after.replace(/^```\n[\s\S]*?\n?```\n/, () => `\`\`\`\n${rendered}\n\`\`\`\n`);
  writeFileSync(readme, `${before}<!-- from ${name} -->\n${block}`);
}
