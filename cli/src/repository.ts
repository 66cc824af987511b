import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether this program runs in the repository of fc-traced, which has the samples. The published package has neither
 * them nor their commands.
 */
export const IN_REPOSITORY = [__dirname, join(__dirname, '..')].some((folder) => existsSync(join(folder, 'samples')));
