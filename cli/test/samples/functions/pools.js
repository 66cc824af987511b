// Many concurrent reads through pools that are much too small: most queries start when another query releases its
// connection.
const { createPool } = require('mysql2/promise');
const { Pool } = require('pg');
const { createHandler, Traced } = require('../../../../dist/index.js');

const mysql = createPool({ uri: process.env.MYSQL_URL, connectionLimit: 2 });
const postgres = new Pool({ connectionString: process.env.POSTGRES_URL, max: 2 });

class Reads {
  execute(name) {
    return mysql.execute(`SELECT 1 AS ${name}`);
  }
  query(name) {
    return mysql.query(`SELECT 1 AS ${name}`);
  }
  async transaction(name) {
    const connection = await mysql.getConnection();
    await connection.beginTransaction();
    await connection.query(`SELECT 1 AS ${name}`);
    await connection.commit();
    connection.release();
  }
  postgres(name) {
    return postgres.query(`SELECT 1 AS ${name}`);
  }
  async handle({ count }) {
    const methods = ['execute', 'query', 'transaction', 'postgres'];
    await Promise.all(Array.from({ length: count }, (_, index) => this[methods[index % methods.length]](`n${index}`)));
    return count;
  }
}
for (const method of ['execute', 'query', 'transaction', 'postgres']) {
  const descriptor = Object.getOwnPropertyDescriptor(Reads.prototype, method);
  const traced = Traced({ attributes: (name) => ({ read: name }) })(Reads.prototype, method, descriptor);
  Object.defineProperty(Reads.prototype, method, traced ?? descriptor);
}
Object.assign(exports, createHandler(Reads, { instrumentations: ['mysql2', 'pg'] }));
