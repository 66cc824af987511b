import { join } from 'node:path';
import { Program } from './child-program';
import type { Stage } from './deployment';

/** Starts a PostgreSQL in memory, with the tables of a file of SQL; resolves to the URL for its user. */
export async function startPostgres(stage: Stage, schema: string): Promise<string> {
  const program = Program.start(stage.ending, process.execPath, [join(__dirname, 'postgres-process.js'), schema]);
  const [, version = '', place = ''] = await program.until(/PostgreSQL (\S+) listens on (\S+:\d+)/, 60_000);
  stage.say(`PostgreSQL ${version} (PGlite) on ${place}, its data in memory`);
  return `postgresql://postgres:postgres@${place}/postgres`;
}
