import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { warnOnce } from '../../diagnostics';
import { unref } from '../../realms';
import type { Certificates, ResponseHead, SendFailure } from '../exporters/exporters';
import { LiveTimeout } from './live-timeout';

/** The most bytes of a response body that are read. */
const MOST_BODY_BYTES = 65_536;
/** How long the rest of a response may take after its status. */
const BODY_MILLIS = 5_000;
/** The most responses whose rest is read at a time. */
const MOST_UNREAD = 8;
/** The most informational responses to one request. */
const MOST_INFORMATIONAL = 16;
/** An idle connection is used again within this time. A freeze that ends earlier leaves it usable. */
const IDLE_MILLIS = 1_000;
const MOST_IDLE = 2;
/** Headers that say how a body is sent, in lower case. With another value than that of Node.js no request succeeds. */
const FRAMING_HEADERS = new Set(['content-length', 'expect', 'trailer', 'transfer-encoding']);

/** Where and how requests are sent. */
export interface HttpTarget {
  /** An http or https URL. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  /** Certificates for https. */
  readonly tls?: Certificates;
}

/** One request. Its promises never reject. */
export interface Exchange {
  readonly head: Promise<ResponseHead | SendFailure>;
  /** The body of the response; `undefined` if it is incomplete or too large. */
  readonly body: Promise<Buffer | undefined>;
}

interface PreparedRequest {
  readonly request: ClientRequest;
  readonly time: number;
}

/**
 * Posts bodies to one URL. Everything is bounded: the time of a request, the size and time of its response, and the
 * number of connections. A response counts when its status arrives, because a body may be slow or never end. Redirects
 * are not followed. Connections are used again only within a second, since a connection that was open during a freeze of
 * the instance may be dead without either side noticing; if one turns out to be closed, the request is sent on a new one.
 */
export class HttpSender {
  /** Where requests are sent, and the headers that are sent. */
  readonly target: HttpTarget;
  private readonly http: typeof import('node:http');
  private readonly agent: Agent;
  private readonly idleSince = new WeakMap<Socket, number>();
  private readonly open = new Set<ClientRequest>();
  private readonly unread = new Set<() => void>();
  private sweeping: NodeJS.Timeout | undefined;
  /** A request that has been started, but not sent. */
  private prepared: PreparedRequest | undefined;
  private isClosed = false;

  constructor(target: HttpTarget) {
    this.target = { ...target, headers: withoutFraming(target.headers) };
    this.http =
      target.url.protocol === 'https:'
        ? (require('node:https') as typeof import('node:http'))
        : (require('node:http') as typeof import('node:http'));
    this.agent = new this.http.Agent({ keepAlive: true, maxFreeSockets: MOST_IDLE, ...target.tls });
    this.agent.on('free', (socket: Socket) => {
      this.idleSince.set(socket, Date.now());
      const sweep = (): void => {
        this.sweeping = undefined;
        this.closeIdle(0);
      };
      this.sweeping ??= unref(setTimeout(sweep, IDLE_MILLIS));
    });
  }

  /**
   * Opens the connection for the first request, which follows shortly. Nothing is sent. The connection does not keep
   * the process running, and is closed if no request follows within a second. Never throws.
   */
  prepare(): void {
    if (this.isClosed || isFresh(this.prepared)) return;
    this.takePrepared()?.destroy();
    this.closeIdle(IDLE_MILLIS);
    try {
      const request = this.request();
      const prepared = { request, time: Date.now() };
      this.prepared = prepared;
      request.on('socket', (socket) => {
        if (this.prepared === prepared) socket.unref();
      });
      // The request that needs the connection reports the error of its own one.
      request.on('error', () => this.takePrepared(prepared));
      unref(setTimeout(() => this.takePrepared(prepared)?.destroy(), IDLE_MILLIS));
    } catch {
      this.prepared = undefined;
    }
  }

  /** Returns the prepared request, which then belongs to the caller; `undefined` if there is none, or another one. */
  private takePrepared(expected = this.prepared): ClientRequest | undefined {
    if (expected === undefined || this.prepared !== expected) return undefined;
    this.prepared = undefined;
    return expected.request;
  }

  /** Returns the prepared request if its connection is as good as one that was used. */
  private takeFresh(): ClientRequest | undefined {
    const canBeUsed = isFresh(this.prepared);
    const request = this.takePrepared();
    if (canBeUsed) request?.socket?.ref();
    else request?.destroy();
    return canBeUsed ? request : undefined;
  }

  post(body: Uint8Array): Exchange {
    this.closeIdle(IDLE_MILLIS);
    let resolveHead: (head: ResponseHead | SendFailure) => void = () => {};
    let resolveBody: (body: Buffer | undefined) => void = () => {};
    const exchange: Exchange = {
      head: new Promise((resolve) => (resolveHead = resolve)),
      body: new Promise((resolve) => (resolveBody = resolve)),
    };
    let request: ClientRequest;
    let hasFailed = false;
    const timeout = new LiveTimeout(this.target.timeoutMillis, () => {
      fail(new Error(`no answer within ${this.target.timeoutMillis} ms`), true);
      request.destroy();
    }).unref();
    const fail = (error: Error, timedOut = false): void => {
      hasFailed = true;
      timeout.clear();
      resolveHead({ error, timedOut });
      resolveBody(undefined);
    };
    const attempt = (): void => {
      let hasHead = false;
      const fresh = this.takeFresh();
      const current = fresh ?? this.request();
      request = current;
      this.open.add(current);
      current.once('response', (response) => {
        hasHead = true;
        timeout.clear();
        resolveHead({ status: response.statusCode ?? 0, headers: response.headers });
        this.read(response, resolveBody);
      });
      let informational = 0;
      current.on('information', () => {
        informational += 1;
        if (informational > MOST_INFORMATIONAL) current.destroy(new Error('too many informational responses'));
      });
      current.on('error', (error) => {
        // Node.js reports a request that was destroyed here like a connection that the server closed.
        if (current !== request || hasHead || hasFailed) return;
        // The server had closed the connection, so it has not read the request.
        const isOld = !this.isClosed && (current.reusedSocket || fresh !== undefined);
        if (isOld && /^(?:ECONNRESET|EPIPE)$/.test(String(Reflect.get(error, 'code')))) attempt();
        else fail(error);
      });
      current.once('close', () => {
        this.open.delete(current);
        if (current === request && !hasHead) fail(new Error('the connection was closed without a response'));
      });
      current.end(body);
    };
    try {
      attempt();
    } catch (error) {
      fail(error as Error);
    }
    return exchange;
  }

  /** Destroys all connections. Requests in progress fail. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.sweeping);
    this.takePrepared()?.destroy();
    for (const request of this.open) request.destroy();
    this.agent.destroy();
  }

  /** Starts a request, which opens a connection. Node.js adds its length when it ends. */
  private request(): ClientRequest {
    const { url, headers } = this.target;
    return this.http.request(url, { method: 'POST', agent: this.agent, headers });
  }

  /** Reads the rest of a response, so that its connection can be used again, or gives up and closes the connection. */
  private read(response: IncomingMessage, done: (body: Buffer | undefined) => void): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (body: Buffer | undefined): void => {
      timer.clear();
      this.unread.delete(giveUp);
      done(body);
    };
    const giveUp = (): void => {
      finish(undefined);
      response.destroy();
    };
    const timer = new LiveTimeout(BODY_MILLIS, giveUp).unref();
    this.unread.add(giveUp);
    if (this.unread.size > MOST_UNREAD) [...this.unread][0]!();
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BODY_BYTES) giveUp();
      else chunks.push(chunk);
    });
    response.once('end', () => finish(Buffer.concat(chunks)));
    response.once('error', () => finish(undefined));
    response.once('close', () => finish(undefined));
  }

  private closeIdle(olderThanMillis: number): void {
    // The time of day: the monotonic clock may stand still while an instance is frozen.
    const now = Date.now();
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) {
        const age = now - (this.idleSince.get(socket) ?? 0);
        if (age < 0 || age >= olderThanMillis) socket.destroy();
      }
    }
  }
}

/** Whether a prepared request can still be used. */
function isFresh(prepared: PreparedRequest | undefined): boolean {
  if (prepared === undefined || prepared.request.destroyed) return false;
  // The time of day: the monotonic clock may stand still while an instance is frozen.
  const age = Date.now() - prepared.time;
  return age >= 0 && age < IDLE_MILLIS;
}

function withoutFraming(headers: HttpTarget['headers']): HttpTarget['headers'] {
  const kept = Object.entries(headers).filter(([name]) => {
    const isFraming = FRAMING_HEADERS.has(name.toLowerCase());
    if (isFraming) warnOnce(`the header "${name}" for the endpoint is ignored: Node.js sets it; remove it`);
    return !isFraming;
  });
  return Object.fromEntries(kept);
}
