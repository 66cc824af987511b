import { slowestModules } from '../config/config';
import type { RequireWatch } from './slowest-requires';

function watchRequires(count: number): RequireWatch | undefined {
  if (count === 0) return undefined;
  const { RequireWatch } = require('./slowest-requires') as typeof import('./slowest-requires');
  return new RequireWatch(count);
}

/** The watch over the modules of this process, where `TRACED_SLOWEST_MODULES` asks for it; without, nothing is loaded or touched. */
export const requireWatch = watchRequires(slowestModules());
