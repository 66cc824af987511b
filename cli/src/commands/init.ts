import { ExitCode } from '../command';
import type { Command } from '../command';
import { TRIGGER_NAMES } from '../functions/trigger-names';
import { triggerNamed } from '../option-checks';
import { paint, print } from '../terminal';
import { UsageError } from '../usage-error';

/** Creates a project. */
export const init: Command<never> = {
  name: 'init',
  summary: 'create a function with a handler, a test, tsconfig.json and s.yaml',
  positionals: '[TRIGGER] [FOLDER]',
  options: [],
  helpBeforeOptions: `TRIGGER is what calls the function, by default http:
  ${TRIGGER_NAMES.slice(0, 8).join(', ')},
  ${TRIGGER_NAMES.slice(8).join(', ')}
FOLDER is by default this folder. Its name is the name of the function. Existing files are not changed, but package.json
gets the scripts and dependencies that it lacks.`,
  helpAfterOptions: `exit codes:
  0  the files were created
  2  the command line is wrong, or one of the files exists`,
  async run(_values, [trigger = 'http', folder = '.', ...others]) {
    if (others.length > 0) throw new UsageError('init takes a trigger and a folder');
    const { createProject } = require('../init/create-project') as typeof import('../init/create-project');
    const files = createProject(folder, triggerNamed(trigger, 'TRIGGER'));
    print(...files.map((file) => `${paint('green', 'created')}  ${file}`), '', 'next:');
    print(...(folder === '.' ? [] : [`  cd ${folder}`]), '  npm install', '  npx fc-traced run', '  npm test');
    return ExitCode.Ok;
  },
};
