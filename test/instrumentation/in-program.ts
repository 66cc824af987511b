import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

/** Runs a script in a process of its own, with what `program.cjs` gives in reach. */
export function inProgram<T>(script: string, env: Record<string, string> = {}): Promise<T> {
  const names =
    'classOf, createHandler, drawn, fakeFcContext, holding, invoke, loadedPackages, told, traces, unsampled';
  return inFreshProcess<T>(
    `const { ${names} } = require(${JSON.stringify(path.join(__dirname, 'program.cjs'))});\n${script}`,
    env,
  );
}
