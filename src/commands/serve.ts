import type { AddressInfo } from 'node:net';
import { ExitCode, type Failure, messageOf, misuse, systemCode } from '../failure.js';
import type { Io } from '../io.js';
import type { ServeOptions } from '../pipeline/options.js';
import { plural } from '../quantities.js';
import { logTo } from '../report/log.js';
import { engineFor } from '../serving/engine.js';
import { httpServer } from '../serving/server.js';

/**
 * `recommend serve`: answers requests over HTTP until a signal stops it; then it finishes pending requests and ends with 0. SIGHUP reloads
 * the model. @throws Failure 65 or 66 where the model cannot be read, 2 where it cannot listen on the address.
 */
export async function serve(options: ServeOptions, { stderr, interrupted }: Io): Promise<number> {
  const log = logTo(stderr, options);
  const engine = engineFor(options, log);
  const reload = () => {
    engine.load().then(
      ({ learned }) => log.info(`loaded the model of ${learned} (SIGHUP)`),
      (error) => log.warn(`the model was not reloaded: ${messageOf(error)}`),
    );
  };
  try {
    const { server, stop } = httpServer(engine, options, log);
    const { learned, counts } = await engine.load();
    interrupted.throwIfAborted();
    process.on('SIGHUP', reload);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(notListening(options, error)));
      server.listen(options.port, options.host, resolve);
    });
    const { address, port, family } = server.address() as AddressInfo;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
    log.status(`${url} serves ${plural(counts.users, 'user')} with the model of ${learned}`, { url, learned });
    if (!/^(127\.|::1$)/.test(address)) {
      log.warn(
        `anybody who can reach ${url} can read the histories of users; 127.0.0.1 behind a proxy with passwords is safer`,
      );
    }
    if (!interrupted.aborted) {
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
    }
    log.info('stopping: pending requests are still answered');
    await stop();
    return ExitCode.ok;
  } finally {
    process.off('SIGHUP', reload);
    await engine.close();
  }
}

function notListening({ host, port }: ServeOptions, error: Error): Failure {
  const isTaken = systemCode(error) === 'EADDRINUSE';
  const why = isTaken ? 'another program uses it; --port 0 takes a free one' : messageOf(error);
  return misuse(`cannot listen on --port ${port} of --host ${host}: ${why}`, error);
}
