import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { configDotenv } from 'dotenv';
import { expand } from 'dotenv-expand';

const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();

/** Adds the variables of a file to those of the process. One that cannot be read has none. */
function load(file: string): void {
  try {
    // Neither throws because of the file, but `expand` does where variables refer to each other in a circle: these stay
    // as they are.
    expand(configDotenv({ path: file }));
  } catch {}
  // No process can have such a variable.
  for (const [name, value] of Object.entries(process.env)) if (value?.includes('\0') === true) delete process.env[name];
}

/**
 * Returns the variables that `${env('NAME')}` in a file of Serverless Devs can name: those of the process, and those of
 * the file `.env` in each of these folders. The process takes precedence, then the first folder.
 */
export function environmentWithFiles(
  folders: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const files = [...new Set(folders)].map((folder) => join(folder, '.env')).filter(isFile);
  if (files.length === 0) return env;
  const own = process.env;
  // The packages read and write the variables of the process.
  process.env = { ...env };
  try {
    files.forEach(load);
    return process.env;
  } finally {
    process.env = own;
  }
}
