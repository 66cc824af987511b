import {
  ATTR_DB_CONNECTION_STRING,
  ATTR_MCP_SESSION_ID,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
} from '../../semconv';

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Words that name a secret, alone or at the end of a compound without separator (`dbpassword`). */
const SECRET_WORDS = words(`
  password passwd passwort passcode passphrase passkey pwd secret token authorization cookie credential apikey accesskey
  accesskeyid privatekey secretkey signature sessionid sessid jwt bearer connectionstring
`);
/** Words that name a secret, but are part of unrelated words (`compass`). */
const WHOLE_WORDS = new Set(
  words('creds cred otp totp hotp cvv cvc csrf xsrf mnemonic dsn pw pswd passwrd psw dbpass smtppass userpass pgpass'),
);
/** Words that name a secret as the last word of a key (`smtp_pass`), unless the word before makes it something else. */
const LAST_WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['pass', new Set(words('boarding season day ski bus test first second next single multi render'))],
  ['pin', new Set(words('map gpio board led'))],
  [
    'sid',
    new Set(words('account message call service windows group object domain conference recording application phone')),
  ],
]);
/** Pairs of words that name a secret. Each is written as `before:last,last`. */
const SECRET_PAIRS = new Set(
  words(`
    api:key access:key,code private:key client:secret secret:key set:cookie session:id,key,sid
    encryption:key signing:key master:key account:key shared:key license:key deploy:key auth:key,code,header hmac:key
    ssh:key rsa:key decryption:key webhook:key,url storage:key subscription:key host:key consumer:key
    connection:string,str conn:string,str connect:string jdbc:url database:url,uri db:url,uri redis:url,uri
    mongo:url,uri mongodb:url,uri postgres:url,uri postgresql:url,uri pg:url,uri mysql:url,uri mariadb:url,uri
    mssql:url,uri amqp:url,uri rabbitmq:url,uri cloudamqp:url,uri broker:url,uri kafka:url,uri cache:url,uri
    smtp:url,uri mail:url,uri mailer:url,uri elasticsearch:url,uri clickhouse:url,uri sqlalchemy:url,uri datasource:url
    basic:auth proxy:auth x:auth redis:auth http:auth smtp:auth registry:auth
    verification:code recovery:code,phrase,key backup:code security:code mfa:code pin:code activation:code device:code
    code:verifier seed:phrase
  `).flatMap((entry) => {
    const [before, lasts] = entry.split(':') as [string, string];
    return lasts.split(',').map((last) => `${before} ${last}`);
  }),
);
/** Words before `tokens` that make it a secret. Otherwise `tokens` is a count. */
const TOKEN_KINDS = new Set(words('access refresh auth security session id bearer api'));
/** Last words of keys that describe a secret but do not contain it (`token_count`). */
const DESCRIPTIONS = new Set(
  words(`
    count counts type types limit length size usage total budget consent policy policies
    endpoint algorithm algorithms alg algo name names version format method methods kind mode status state
    provider issuer audience scope scopes domain path field label samesite secure banner manager bucket jar arn
    expires expiry expiration ttl age lifetime timeout validity strength rotation attempts retries error errors
    at date time max min valid invalid missing present ok exists verified validated required enabled disabled accepted
    rejected declined expired changed updated rotated revoked issued refreshed used reused allowed blocked denied
    supported configured provided matched needed created deleted removed found sent confirmed exceeded leaked compromised
    deprecated forgotten preferences settings notice server service
  `),
);
/** Pairs of last words that name an address of a server, not a secret. */
const ADDRESSES = new Set(words('token:url token:uri authorization:url authorization:uri cookie:url'));
/** First words of keys whose value is a boolean (`has_password`). */
const QUESTIONS = new Set(
  words(`
    has have had is are was were needs need requires require use uses should can must allow allows supports
    missing no without show hide remember enable enabled disable disabled forgot
  `),
);
/** Keys of OpenTelemetry's conventions, also of the former ones, whose value is no credential. */
const PUBLIC_KEYS = new Set([
  ATTR_DB_CONNECTION_STRING,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_MCP_SESSION_ID,
]);

/** The longest name that is compared as a whole. Of longer ones, which nobody writes by hand, only the ends are. */
const MAX_NAME = 256;

/**
 * A cache of the results for names. Names that were not used for a while are dropped: callers can invent any number of
 * them, and each is cheap to compare again.
 */
class RecentNames {
  private recent = new Map<string, boolean>();
  private older = new Map<string, boolean>();

  nameSecret(name: string): boolean {
    const known = this.recent.get(name);
    if (known !== undefined) return known;
    const found = this.older.get(name) ?? namesSecret(name);
    if (name.length > MAX_NAME) return found;
    if (this.recent.size >= MAX_RECENT) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(name, found);
    return found;
  }
}

const MAX_RECENT = 512;
/** Separate: the names of fields come from callers, and must not displace the keys of the program. */
const keys = new RecentNames();
const fields = new RecentNames();

/** Returns whether an attribute key names a secret. Compares words, so `input_tokens` is not a secret. */
export function isSecretKey(key: string): boolean {
  return keys.nameSecret(key);
}

/** Returns whether a field within a text, such as a parameter of a URL or a member of JSON, names a secret. */
export function isSecretField(name: string): boolean {
  return fields.nameSecret(name);
}

function wordsOf(key: string): string[] {
  const name = key.length <= MAX_NAME ? key : `${key.slice(0, MAX_NAME / 2)} ${key.slice(-MAX_NAME / 2)}`;
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/(?<=[A-Z])([A-Z][a-z])/g, ' $1')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/(?<!\d)\d+$/, ''))
    .filter((word) => word !== '');
}

/** Returns whether the words of a key describe a secret but do not contain it. */
function isDescription(key: string, all: readonly string[]): boolean {
  if (all.length < 2) return false;
  const last = all.at(-1)!;
  if (DESCRIPTIONS.has(last) || ADDRESSES.has(`${all.at(-2)!}:${last}`)) return true;
  const own = wordsOf(key.slice(key.lastIndexOf('.') + 1));
  return own.length > 1 && QUESTIONS.has(own[0]!);
}

function namesSecret(key: string): boolean {
  if (PUBLIC_KEYS.has(key)) return false;
  const all = wordsOf(key);
  if (isDescription(key, all)) return false;
  return all.some((word, index) => {
    const before = all[index - 1] ?? '';
    // `input_tokens` is a count, `access_tokens` are secrets.
    if (word === 'tokens') return TOKEN_KINDS.has(before);
    const single = word.replace(/s$/, '');
    return (
      SECRET_WORDS.some((secretWord) => single.endsWith(secretWord)) ||
      WHOLE_WORDS.has(word) ||
      WHOLE_WORDS.has(single) ||
      SECRET_PAIRS.has(`${before} ${single}`) ||
      (index === all.length - 1 && LAST_WORDS.get(word)?.has(before) === false)
    );
  });
}
