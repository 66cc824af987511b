import { SpanStatusCode } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import { redactEndingSpan } from '../../src/export/redact-span';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Repository {
  @Traced()
  fail(error: unknown): never {
    throw error;
  }
}

/** Everything that a span with an error contains. */
function recorded(error: unknown): { message: string | undefined; all: string } {
  expect(() => new Repository().fail(error)).toThrow();
  const { status, events, attributes } = traces.spans().at(-1)!;
  return { message: status.message, all: JSON.stringify([status, events, attributes]) };
}

const make = (message: string, fields: object): Error => Object.assign(new Error(message), fields);
const pg = (message: string, code = '22P02'): Error => make(message, { name: 'error', severity: 'ERROR', code });
const mysql = (message: string): Error =>
  make(message, { sqlMessage: message, errno: 1_062, sqlState: '23000', sql: "SELECT 'S3CR3T'" });
const redis = (message: string): Error =>
  make(message, { name: 'ReplyError', command: { name: 'set', args: ['S3CR3T'] } });
const mongo = (message: string): Error =>
  make(message, { name: 'MongoServerError', code: 11_000, keyValue: { a: 'S3CR3T' } });

const CASES: readonly (readonly [Error, string])[] = [
  [pg('invalid input syntax for type integer: "S3CR3T"'), 'invalid input syntax for type integer: "?"'],
  [pg('invalid input syntax for type integer: "a"S3CR3T"b"'), 'invalid input syntax for type integer: "?"'],
  [pg('value "S3CR3T" is out of range for type integer', '22003'), 'value "?" is out of range for type integer'],
  [pg('syntax error at or near "S3CR3T"', '42601'), 'syntax error at or near "?"'],
  [
    pg('duplicate key value violates unique constraint "users_email_key"', '23505'),
    'duplicate key value violates unique constraint "users_email_key"',
  ],
  [
    pg('null value in column "email" of relation "users" violates not-null constraint', '23502'),
    'null value in column "email" of relation "users" violates not-null constraint',
  ],
  [pg('relation "orders" does not exist', '42P01'), 'relation "orders" does not exist'],
  [mysql("Duplicate entry 'S3CR3T' for key 'users.email'"), "Duplicate entry '?' for key 'users.email'"],
  [mysql("Duplicate entry 'O'S3CR3T' for key 'users.email'"), "Duplicate entry '?' for key 'users.email'"],
  [
    mysql("Incorrect integer value: 'S3CR3T' for column 'age' at row 1"),
    "Incorrect integer value: '?' for column 'age' at row 1",
  ],
  [mysql("Truncated incorrect DOUBLE value: 'S3CR3T'"), "Truncated incorrect DOUBLE value: '?'"],
  [mysql("Unknown column 'nme' in 'field list'"), "Unknown column 'nme' in 'field list'"],
  [mysql("Table 'shop.orders' doesn't exist"), "Table 'shop.orders' doesn't exist"],
  [redis("ERR unknown command 'sett', with args beginning with: 'S3CR3T' 'b'"), "ERR unknown command '?',"],
  [
    mongo('E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: "S3CR3T" }'),
    'E11000 duplicate key error collection: shop.users index: email_1 dup key: ?',
  ],
];

test.each(CASES)('the span of a driver error has no value of %s', (error, message) => {
  const original = error.message;
  const found = recorded(error);
  expect(found.message).toContain(message);
  expect(found.all).not.toContain('S3CR3T');
  // The program's error is unchanged.
  expect(error.message).toBe(original);
});

test.each<[string, (cause: Error) => Error]>([
  ['the cause of an error', (cause) => new Error('query failed', { cause })],
  ['a cause whose message is repeated', (cause) => new Error(`query failed: ${cause.message}`, { cause })],
  ['the error in an AggregateError', (cause) => new AggregateError([cause], 'all failed')],
  ['the driverError of an ORM', (driverError) => make(`QueryFailed: ${driverError.message}`, { driverError })],
])('no value of %s is recorded', (_, wrap) => {
  expect(recorded(wrap(pg('invalid input syntax for type uuid: "S3CR3T"'))).all).not.toContain('S3CR3T');
});

test('an error of the program that quotes something is recorded as it is', () => {
  expect(recorded(new Error('no order "A-17"')).message).toBe('no order "A-17"');
});

test('what an official instrumentation records of a driver error has no value', () => {
  const message = 'invalid input syntax for type integer: "S3CR3T"';
  const span = {
    name: 'pg.query',
    instrumentationScope: { name: '@opentelemetry/instrumentation-pg' },
    attributes: {},
    links: [],
    events: [
      {
        name: 'exception',
        attributes: { 'exception.message': message, 'exception.stacktrace': `error: ${message}\n at` },
      },
    ],
    status: { code: SpanStatusCode.ERROR, message },
    setStatus(status: object) {
      Object.assign(this.status, status);
    },
  };
  redactEndingSpan(span as never);
  expect(JSON.stringify(span)).not.toContain('S3CR3T');
});

test('a message of a driver of 1 MB takes little time', () => {
  const before = process.cpuUsage();
  for (const quote of ['"', "'"]) {
    const names = `column ${quote}a${quote} `.repeat(100_000);
    [pg(`table ${quote}`.repeat(150_000)), pg(names), mysql(names)].forEach(recorded);
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(2_000);
});
