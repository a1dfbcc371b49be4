import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Express, NextFunction, Request, Response } from 'express';
import { Failure, messageOf, misuse } from '../failure.js';
import { loadPackage } from '../load-package.js';
import type { ServeOptions } from '../pipeline/options.js';
import type { Log } from '../report/log.js';
import type { Engine } from './engine.js';
import { bodyQuestion, idQuestion, itemsQuestion, recommendationQuestion, refuseParameters } from './parameters.js';
import { Problem, problemOf, problemText } from './problem.js';
import { MOST, type Question } from './question.js';
import { requestMetrics } from './request-metrics.js';

/** The folder of the page and of the API description: the same path from `src` and from `dist`. */
const WEB = new URL('../../web/', import.meta.url);
/** A client must send its request within this many milliseconds. */
const SENDING = 30_000;
/** Milliseconds that idle connections stay open: longer than in proxies, so that none is closed while the next request is on its way. */
const KEEP_ALIVE = 75_000;
/** Milliseconds for which a stopping server still takes requests; meanwhile, answers tell clients to close the connection. */
const DRAIN = 200;

/** The answer to a request, JSON unless `type` says otherwise. */
interface Answer {
  body: string;
  type?: string;
  headers?: Readonly<Record<string, string>>;
}
/** @param search the part of the URL after the "?". */
type Handler = (search: string, request: Request) => Answer | Promise<Answer>;

/**
 * The HTTP server in front of an engine. @returns also `stop`: the server takes no new connections after DRAIN milliseconds, and `stop`
 * resolves when all requests are answered. @throws Failure 2 where Express is not installed.
 */
export function httpServer(engine: Engine, { deadline, version }: ServeOptions, log: Log) {
  const metrics = requestMetrics();
  const app: Express = loadExpress()();
  const json = loadExpress().json({ limit: MOST.bodyBytes });
  const page = pageWithPolicy();
  const openapi = { body: readFileSync(new URL('openapi.json', WEB), 'utf8') };
  let isStopping = false;
  let open = 0;
  let onIdle = () => {};

  const askedFor = async (question: Question): Promise<Answer> => {
    const reply = await engine.ask(question);
    if ('body' in reply) return reply;
    throw new Problem(reply.status, reply.detail);
  };
  const about = () => ({
    body: JSON.stringify({
      status: 'ready',
      learned: engine.facts?.learned,
      method: engine.facts?.method.name,
      users: engine.facts?.counts.users,
      items: engine.facts?.counts.items,
      children: engine.children,
    }),
  });
  // Express tries routes in this order, so the busiest come first.
  const routes: Readonly<Record<string, Partial<Record<'get' | 'post', Handler>>>> = {
    '/recommendations': {
      get: (search) => askedFor(recommendationQuestion(search)),
      post: (search, { body }) => {
        refuseParameters(search);
        return askedFor(bodyQuestion(body));
      },
    },
    '/similar/:item': { get: (search, { params }) => askedFor(idQuestion('similar', String(params.item), search)) },
    '/items': { get: (search) => askedFor(itemsQuestion(search)) },
    '/users/:user': { get: (search, { params }) => askedFor(idQuestion('user', String(params.user), search)) },
    '/': { get: () => page },
    '/openapi.json': { get: () => openapi },
    '/healthz': { get: () => ({ body: '{"status":"ok"}' }) },
    '/readyz': {
      get: () => {
        if (isStopping || engine.children === 0) throw new Problem(503, 'no child is ready', { 'Retry-After': '1' });
        return about();
      },
    },
    '/metrics': {
      get: () => ({
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: metrics.text(
          version,
          {
            requests_waiting: ['Requests that wait for a child.', engine.waiting],
            children: ['Children that are ready.', engine.children],
            model_learned_timestamp_seconds: [
              'When the model was learned.',
              Date.parse(engine.facts?.learned ?? '') / 1000,
            ],
          },
          engine.retries,
        ),
      }),
    },
    '/reload': {
      post: async (_, request) => {
        if (request.get('sec-fetch-site') === 'cross-site') throw new Problem(403, 'another site may not ask for this');
        try {
          await engine.load();
        } catch (error) {
          log.warn(`the model was not reloaded: ${messageOf(error)}`);
          if (error instanceof Failure) throw new Problem(409, `the old model stays in use: ${error.message}`);
          throw error;
        }
        log.info(`loaded the model of ${engine.facts?.learned}`);
        return about();
      },
    },
  };

  const send = (response: Response, status: number, { body, type = 'application/json', headers = {} }: Answer) => {
    response.status(status).set(headers).set('Content-Type', type);
    if (isStopping) response.set('Connection', 'close');
    response.end(body);
  };

  app.disable('x-powered-by').disable('etag').set('query parser', false).set('case sensitive routing', true);
  app.use((request, response, next) => {
    const startedAt = performance.now();
    open++;
    response.set({
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    });
    response.once('close', () => {
      open--;
      if (open === 0) onIdle();
      const seconds = (performance.now() - startedAt) / 1000;
      const { statusCode } = response;
      // 499: the client left before it was answered.
      const status = response.writableEnded ? statusCode : 499;
      metrics.add(request.route?.path ?? 'other', status, seconds);
      const { method, originalUrl: url } = request;
      const milliseconds = Math.round(10_000 * seconds) / 10;
      log.request(`${method} ${url} ${status} ${milliseconds} ms`, {
        method,
        url,
        status,
        seconds: milliseconds / 1000,
      });
    });
    next();
  });
  for (const [path, handlers] of Object.entries(routes)) {
    const route = app.route(path);
    for (const [method, handler] of Object.entries(handlers)) {
      const isJson = method === 'post' && path === '/recommendations';
      const handle = async (request: Request, response: Response) =>
        send(response, 200, await handler(searchOf(request), request));
      const readBody = (request: Request, response: Response, next: NextFunction) => {
        if (request.is('json')) json(request, response, next);
        else throw new Problem(415, 'the body has to be JSON, with Content-Type: application/json');
      };
      route[method as 'get' | 'post'](...(isJson ? [readBody, handle] : [handle]));
    }
    const allow = Object.keys(handlers).map((method) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase()));
    route.all(() => {
      throw new Problem(405, `only ${allow.join(', ')} is allowed here`, { Allow: allow.join(', ') });
    });
  }
  app.use(() => {
    throw new Problem(404, 'there is nothing at this path; GET /openapi.json lists the paths');
  });
  // Express recognises error handlers by their four parameters.
  app.use((thrown: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = problemOf(thrown);
    const { status, headers } = problem;
    if (status === 500) log.warn(`a request failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    send(response, status, { body: problemText(problem), type: 'application/problem+json', headers });
  });

  const server = createServer({ requestTimeout: SENDING, headersTimeout: SENDING, keepAliveTimeout: KEEP_ALIVE }, app);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    const body = problemText(new Problem(status, 'this is not an HTTP request, or it is too long or too slow'));
    const head = `HTTP/1.1 ${status} \r\nContent-Type: application/problem+json\r\nConnection: close\r\nContent-Length: ${body.length}`;
    socket.end(`${head}\r\n\r\n${body}`);
  });
  const stop = async () => {
    isStopping = true;
    // Closing a connection while its next request arrives would lose that request.
    await sleep(DRAIN);
    const ended = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    // Connections with a pending request are closed once it is answered.
    onIdle = () => server.closeIdleConnections();
    // A client that does not read its answer cannot delay the end.
    const timer = setTimeout(() => server.closeAllConnections(), 1000 * (deadline + 1));
    await ended;
    clearTimeout(timer);
  };
  return { server, stop };
}

function loadExpress(): typeof import('express') {
  try {
    return loadPackage('express');
  } catch (cause) {
    throw misuse('serve needs the package express, which is not installed: npm install express', cause);
  }
}

/** The part of a request's URL after the "?". */
function searchOf({ url }: Request): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

/** The page, with a content security policy that allows only its own script and style. */
function pageWithPolicy(): Answer {
  const body = readFileSync(new URL('page.html', WEB), 'utf8');
  const hashOf = (tag: string) => {
    const inside = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(body)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(inside).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    ...['base-uri', 'form-action', 'frame-ancestors'].map((each) => `${each} 'none'`),
  ];
  return { body, type: 'text/html; charset=utf-8', headers: { 'Content-Security-Policy': policy.join('; ') } };
}
