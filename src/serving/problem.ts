import { STATUS_CODES } from 'node:http';
import { ChildFailure } from '../workers/child.js';
import { NoAnswer } from '../workers/dispatcher.js';

/** Why a request is not answered, as its client is told. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

/** Seconds after which who was refused may ask again. */
const RETRY_AFTER = { 'Retry-After': '1' };

/** A problem document (RFC 9457). */
export function problemText({ status, message }: Problem): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: message });
}

/** What a client is told of anything that was thrown; nothing of defects but that there is one. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof NoAnswer) {
    if (thrown.why === 'full' || thrown.why === 'no child') return new Problem(503, thrown.message, RETRY_AFTER);
    return new Problem(thrown.why === 'late' ? 504 : 500, thrown.message);
  }
  const { status, message } = Object(thrown);
  // Of Express and what reads bodies for it: they say what is wrong with the request.
  const isOfClient = typeof status === 'number' && status >= 400 && status < 500 && !(thrown instanceof ChildFailure);
  return isOfClient
    ? new Problem(status, String(message))
    : new Problem(500, 'a defect of this program; its log has more');
}
