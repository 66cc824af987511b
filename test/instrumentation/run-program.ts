import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

/** Runs a script in its own process, with the exports of `program.cjs` in scope. Returns what it passes to `report`. */
export function runProgram<T>(script: string, env: Record<string, string> = {}): Promise<T> {
  const file = JSON.stringify(path.join(__dirname, 'program.cjs'));
  const names = 'classOf, createHandler, fakeFcContext, invoke, loadedPackages';
  const more = 'spanNamesWith, takeTrees, traces, unsampled, warnings';
  return inFreshProcess<T>(`const { ${names}, ${more} } = require(${file});\n${script}`, env);
}
