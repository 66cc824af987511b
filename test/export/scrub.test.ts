import { scrub } from '../../src/export/scrub';

const TOKEN = 'abcde12345@f00d_s3cretpart';

test.each([
  [
    'the whole URL',
    `http://h.example/adapt_${TOKEN}/api/traces`,
    `POST http://h.example/adapt_${TOKEN}/api/traces failed`,
  ],
  ['the path', `http://h.example/adapt_${TOKEN}/api/traces`, `Cannot POST /adapt_${TOKEN}/api/traces`],
  ['the token alone', `http://h.example/adapt_${TOKEN}/api/otlp/traces`, `token ${TOKEN} is unknown`],
  ['the token percent-encoded', `http://h.example/adapt_${TOKEN}/api/otlp/traces`, `no ${encodeURIComponent(TOKEN)}`],
  ['a token in the query', `http://h.example/v1/traces?k=1&token=${TOKEN}`, `the token ${TOKEN} is unknown`],
  ['user and password', `http://someuser:${TOKEN}@h.example/v1/traces`, `someuser with ${TOKEN} is unknown`],
])('%s is removed from an error message', (_, url, text) => {
  const shown = scrub(text, url);
  expect(shown).not.toContain(TOKEN);
  expect(decodeURIComponent(shown)).not.toContain(TOKEN);
});

test('an error message without a secret is unchanged', () => {
  const text = 'connect ECONNREFUSED 127.0.0.1:4318';
  expect(scrub(text, `http://127.0.0.1:4318/adapt_${TOKEN}/api/traces`)).toBe(text);
});
