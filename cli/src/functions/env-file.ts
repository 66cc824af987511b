import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { expand } from 'dotenv-expand';

/** Replaces the references between variables, such as `$HOST`. Those that refer to themselves stay as they are. */
function expanded(variables: Record<string, string>, env: NodeJS.ProcessEnv): Record<string, string> {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    const all = { ...variables, ...Object.fromEntries(known) };
    const { parsed = {} } = expand({ parsed: all, ignoreProcessEnv: true });
    return Object.fromEntries(Object.keys(variables).map((name) => [name, parsed[name]!]));
  } catch {
    return variables;
  }
}

/**
 * Returns the variables that `${env('NAME')}` in a file of Serverless Devs can name: those of the process, which take
 * precedence, and those of the file `.env` in the working directory, as `s` reads them.
 */
export function environmentWithFile(env: NodeJS.ProcessEnv = process.env, folder = process.cwd()): NodeJS.ProcessEnv {
  const file = join(folder, '.env');
  if (!existsSync(file) || !statSync(file).isFile()) return env;
  return { ...expanded(parse(readFileSync(file)), env), ...env };
}
