import { STATUS_CODES } from 'node:http';
import { ChildFailure } from '../workers/child.js';
import { NoAnswer } from '../workers/dispatcher.js';

/** Why a request is not answered, in words for its client. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

/** Clients of a full server may ask again after a second. */
const RETRY_AFTER = { 'Retry-After': '1' };

/** A problem document (RFC 9457). */
export function problemText({ status, message }: Problem): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: message });
}

/** Turns anything that was thrown into a problem for the client. Of defects it says only that there is one. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof NoAnswer) {
    if (thrown.why === 'full' || thrown.why === 'no child') return new Problem(503, thrown.message, RETRY_AFTER);
    return new Problem(thrown.why === 'late' ? 504 : 500, thrown.message);
  }
  const { status, message } = Object(thrown);
  // Errors of Express and its body parser have a status and say what is wrong with the request.
  const isOfClient = typeof status === 'number' && status >= 400 && status < 500 && !(thrown instanceof ChildFailure);
  return isOfClient
    ? new Problem(status, String(message))
    : new Problem(500, 'a defect of this program; its log has more');
}
