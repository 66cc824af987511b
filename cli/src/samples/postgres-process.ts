// The process of a PostgreSQL: PGlite, which is PostgreSQL compiled to WebAssembly, behind a socket.
//   node postgres-process.js SCHEMA_FILE
import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

async function main(schema: string): Promise<void> {
  const db = await PGlite.create();
  await db.exec(readFileSync(schema, 'utf8'));
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 8 });
  await server.start();
  process.stdout.write(`PostgreSQL ${rows[0]?.server_version ?? ''} listens on ${server.getServerConn()}\n`);
}

void main(process.argv[2] ?? '');
