import { PassThrough } from 'node:stream';
import { main } from '../../src/main.js';
import { root } from '../cli/run.js';

/** A server that runs in this process; its children are separate processes. */
export interface Served {
  url: string;
  /** The parsed lines of its JSON log. */
  log: Record<string, unknown>[];
  /** Stops it. @returns its exit code. */
  stop: () => Promise<number>;
}

/** Starts `recommend serve` on a free port. @param args options besides the model and the port. */
export async function serving(model: string, args: readonly string[] = []): Promise<Served> {
  const controller = new AbortController();
  const stderr = new PassThrough();
  const log: Served['log'] = [];
  const io = { stdout: new PassThrough(), stderr, interrupted: controller.signal };
  const options = ['--model', model, '--port', '0', '--log-format', 'json', ...args];
  let rest = '';
  const url = new Promise<string>((resolve) => {
    stderr.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const entry = JSON.parse(line);
        log.push(entry);
        if (entry.url && entry.learned) resolve(entry.url);
      }
    });
  });
  const code = main(['serve', ...options], io);
  const failed = code.then((exit) => {
    throw new Error(`it ended with ${exit}: ${JSON.stringify(log)}`);
  });
  failed.catch(() => {});
  const ready = await Promise.race([url, failed]);
  const stop = () => {
    controller.abort();
    return code;
  };
  return { url: ready, log, stop };
}

export const BOOKS = ['-u', `${root}/fixtures/books/ratings.csv`, '-i', `${root}/fixtures/books/books.csv`];

/** An HTTP response with its body. */
export interface Answered {
  status: number;
  type: string | null;
  text: string;
  headers: Headers;
}

export async function ask(url: string, init?: RequestInit): Promise<Answered> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return { status, type: headers.get('content-type'), text: await response.text(), headers };
}

export function posted(body: unknown, type = 'application/json'): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', headers: { 'content-type': type }, body: text };
}
