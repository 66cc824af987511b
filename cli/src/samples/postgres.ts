import { readFileSync } from 'node:fs';
import { ChildProgram } from './child-program';
import type { Deployment } from './deployment';

/** Starts a PostgreSQL in memory with the tables of an SQL file. Resolves to its URL. */
export async function startPostgres(deployment: Deployment, schemaFile: string): Promise<string> {
  const program = ChildProgram.start(deployment.cleanup, process.execPath, [__filename, schemaFile]);
  const [, version = '', host = ''] = await program.waitForOutput(/PostgreSQL (\S+) listens on (\S+:\d+)/, 60_000);
  deployment.log(`PostgreSQL ${version} (PGlite) on ${host}, its data in memory`);
  return `postgresql://postgres:postgres@${host}/postgres`;
}

/** The main function of the child process: PGlite, a PostgreSQL compiled to WebAssembly, behind a socket. */
async function servePostgres(schemaFile: string): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket');
  const db = await PGlite.create();
  await db.exec(readFileSync(schemaFile, 'utf8'));
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 8 });
  await server.start();
  process.stdout.write(`PostgreSQL ${rows[0]?.server_version ?? ''} listens on ${server.getServerConn()}\n`);
}

if (require.main === module) void servePostgres(process.argv[2] ?? '');
