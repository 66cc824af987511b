import type { Command } from '../command';
import { IN_REPOSITORY } from '../repository';
import { build } from './build';
import { demo } from './demo';
import { dev } from './dev';
import { doctor } from './doctor';
import { exportTrace } from './export';
import { help } from './help';
import { init } from './init';
import { run } from './run';
import { sample } from './sample';
import { view } from './view';

/** All commands, in the order of the help. Those for the samples exist only in the repository of fc-traced. */
export const COMMANDS: readonly Command[] = [
  init,
  run,
  dev,
  view,
  exportTrace,
  doctor,
  build,
  ...(IN_REPOSITORY ? [demo, sample] : []),
  help,
];
