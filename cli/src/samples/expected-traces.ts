import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './deployment';

const nameOf = (sample: string, run: string): string => `samples/${sample}/trace/${run}.txt`;

/** The trace that a run of a sample must give, as text; undefined when the sample keeps none. */
export function readTraceFile(sample: string, run: string): string | undefined {
  const file = join(REPOSITORY, nameOf(sample, run));
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : undefined;
}

/** Takes a drawn trace as the one that a run must give: into its file, and into the block of the README that shows this file. */
export function writeTraceFile(sample: string, run: string, drawn: string): void {
  const file = join(REPOSITORY, nameOf(sample, run));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${drawn}\n`);
  const readme = join(REPOSITORY, 'samples', sample, 'README.md');
  if (!existsSync(readme)) return;
  const [before, after] = readFileSync(readme, 'utf8').split(`<!-- from ${nameOf(sample, run)} -->\n`, 2);
  if (before === undefined || after === undefined) return;
  const block = after.replace(/^```\n[\s\S]*?\n?```\n/, () => `\`\`\`\n${drawn}\n\`\`\`\n`);
  writeFileSync(readme, `${before}<!-- from ${nameOf(sample, run)} -->\n${block}`);
}
