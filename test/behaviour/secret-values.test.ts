import { annotate, secret, Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import { inspect } from 'node:util';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Login {
  @Traced()
  with(attributes: Record<string, unknown>): void {
    annotate(attributes);
  }
}
function attributesOf(given: Record<string, unknown>): unknown {
  new Login().with(given);
  return traces.spans().at(-1)!.attributes;
}

test('the value of secret() is only accessible through reveal()', () => {
  const key = secret('sk-live-4711');
  expect(key.reveal()).toBe('sk-live-4711');
  for (const text of [
    String(key),
    `${key as unknown as string}`,
    JSON.stringify({ key }),
    inspect({ key }, { showHidden: true, depth: 9 }),
    Object.keys(key).join(),
  ]) {
    expect(text).not.toContain('4711');
  }
  expect(JSON.stringify(key)).toBe('"[redacted]"');
});

test('secret() as an attribute is [redacted], whatever its value', () => {
  expect(
    attributesOf({
      text: secret('x'),
      number: secret(7),
      object: secret({ a: 1 }),
      list: [secret('x'), 'y'],
      deep: { value: secret(null) },
    }),
  ).toEqual({
    text: '[redacted]',
    number: '[redacted]',
    object: '[redacted]',
    list: ['[redacted]', 'y'],
    'deep.value': '[redacted]',
  });
});

test('a secret of less than 6 characters is not redacted in other strings', () => {
  secret('short');
  secret('exact6');
  expect(attributesOf({ note: 'short and exact6' })).toEqual({ note: 'short and [redacted]' });
});

test.each([
  'password',
  'user.password',
  'PASSWORD',
  'dbPassword',
  'passwd',
  'pwd',
  'secret',
  'clientSecret',
  'client_secret',
  'secrets',
  'token',
  'securityToken',
  'refresh-token',
  'accessToken',
  'accesstoken',
  'jwt',
  'authorization',
  'http.request.header.authorization',
  'cookie',
  'set-cookie',
  'Set-Cookie',
  'cookies',
  'apiKey',
  'api_key',
  'x-api-key',
  'APIKEY',
  'accessKeyId',
  'ACCESS_KEY_SECRET',
  'accesskeyid',
  'private_key',
  'credentials.id',
  'sessionId',
  'signature',
  'DBPassword',
  'SMTPPassword',
  'IDToken',
  'JWTToken',
  'password1',
  'newPassword2',
  'apiKey2',
  'refreshtoken',
  'dbpassword',
  'userpassword',
  'secretkey',
  'sessionid',
  'api_keys',
  'accessKeys',
  'access_tokens',
  'smtp_pass',
  'DB_PASS',
  'pass',
  'otp',
  'totpCode',
  'user.pin',
  'cvv2',
  'passcode',
  'connect.sid',
  'PHPSESSID',
  'JSESSIONID',
  'database_url',
  'REDIS_URL',
  'mongodb.uri',
  'connectionString',
  'sentry_dsn',
  'aws_creds',
  'csrf',
  'encryption_key',
  'recovery_codes',
  'code_verifier',
  'password_hash',
  'otp_seed',
  'cookie_header',
])('the value of the key %s is redacted', (key) => {
  expect(attributesOf({ [key]: 'anything' })).toEqual({ [key]: '[redacted]' });
});

test.each([
  'input_tokens',
  'tokenizer',
  'keyboard',
  'order.key',
  'author',
  'cookieless',
  'secretary',
  'passwordless',
  'session.count',
  'token_count',
  'tokenCount',
  'cookie_consent',
  'output_tokens',
  'session.id',
  'mcp.session.id',
  'api.version',
  'token_endpoint',
  'token_endpoint_auth_methods_supported',
  'tokenUrl',
  'authorization_endpoint',
  'has_password',
  'user.hasPassword',
  'isTokenValid',
  'requires_otp',
  'cookies_accepted',
  'cookie_name',
  'cookie.domain',
  'password_changed',
  'token_expires_at',
  'accessTokenTtl',
  'secret_version',
  'signature_algorithm',
  'signatureMethod',
  'compass',
  'boarding_pass',
  'account_sid',
  'callback_url',
  'postal.code',
  'spin',
])('the value of the key %s is not redacted', (key) => {
  expect(attributesOf({ [key]: 'anything' })).toEqual({ [key]: 'anything' });
});

test('any value of a secret key is redacted, also a number or an object', () => {
  expect(attributesOf({ credentials: { user: 'u', pin: 1234 }, token: 1234, cookies: ['a'] })).toEqual({
    credentials: '[redacted]',
    token: '[redacted]',
    cookies: '[redacted]',
  });
});

test('a secret key without a value is not an attribute', () => {
  expect(attributesOf({ password: undefined, token: null })).toEqual({});
});
