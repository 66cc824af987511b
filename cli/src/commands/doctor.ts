import { columns, ExitCode } from '../command';
import type { Command } from '../command';
import { CHECKS } from '../doctor/finding';
import { findFunctions } from '../functions/target';
import { paint, print } from '../terminal';
import { UsageError } from '../usage-error';

/** Finds what keeps functions from running or from being traced. */
export const doctor: Command<'format' | 'no-load'> = {
  name: 'doctor',
  summary: 'find what keeps functions from running or from being traced, with the remedy',
  positionals: '[FUNCTIONS]',
  options: ['no-load', 'format'],
  helpBeforeOptions: `FUNCTIONS is s.yaml, its folder, one of its functions as s.yaml#NAME, or a module. Without it, it is the s.yaml in this
folder. The modules are loaded and the initializers run, as in a cold start, unless --no-load is set.

checks:
${columns(Object.entries(CHECKS))}`,
  helpAfterOptions: `With --format json, it prints one object with ok, findings (check, level, function, problem, remedy) and checks.

exit codes:
  0  no errors, maybe warnings
  1  at least one error
  2  the command line is wrong, or s.yaml cannot be read`,
  async run(values, [target, ...others]) {
    if (others.length > 0) throw new UsageError('doctor takes one s.yaml or module');
    if (values.format === 'otlp') throw new UsageError('--format: doctor prints tree or json');
    const specs = findFunctions(target);
    const { diagnose } = require('../doctor/diagnose') as typeof import('../doctor/diagnose');
    const findings = await diagnose(specs, !values['no-load']);
    const errors = findings.filter(({ level }) => level === 'error').length;
    if (values.format === 'json') {
      print(JSON.stringify({ ok: errors === 0, findings, checks: Object.keys(CHECKS) }));
      return errors === 0 ? ExitCode.Ok : ExitCode.Failed;
    }
    for (const { level, function: name, check, problem, remedy } of findings) {
      print(
        `${paint(level === 'error' ? 'red' : 'yellow', level)}  ${name === undefined ? '' : `${name}: `}${problem}`,
      );
      print(`  ${remedy}  ${paint('dim', check)}`);
    }
    const checked = `${specs.map(({ name }) => name).join(', ')}: ${Object.keys(CHECKS).length} checks`;
    print(`${checked}, ${errors} errors, ${findings.length - errors} warnings`);
    return errors === 0 ? ExitCode.Ok : ExitCode.Failed;
  },
};
