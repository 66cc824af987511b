import type { Command } from '../command';
import { demo } from './demo';
import { help } from './help';
import { sample } from './sample';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [demo, sample, help];
