import type { AddressInfo } from 'node:net';
import { ExitCode, type Failure, messageOf, misuse, systemCode } from '../failure.js';
import type { Io } from '../io.js';
import type { ServeOptions } from '../pipeline/options.js';
import { logTo } from '../report/log.js';
import { plural } from '../report/quantities.js';
import { engineFor } from '../serving/engine.js';
import { httpServer } from '../serving/server.js';

/**
 * `recommend serve`: answers requests over HTTP until it is told to stop; then it answers those under way, and ends with 0. SIGHUP makes it
 * read its model again. @throws Failure 65 or 66 where the model cannot be read, 2 where the address cannot be had.
 */
export async function serve(options: ServeOptions, { stderr, interrupted }: Io): Promise<number> {
  const log = logTo(stderr, options);
  const engine = engineFor(options, log);
  const reload = () => {
    engine.load().then(
      ({ learned }) => log.info(`reads the model of ${learned} (SIGHUP)`),
      (error) => log.warn(`the model was not read again: ${messageOf(error)}`),
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
    log.status(`${url} answers for ${plural(counts.users, 'user')}, by the model of ${learned}`, { url, learned });
    if (!/^(127\.|::1$)/.test(address)) {
      log.warn(`whoever reaches ${url} can read what users had; 127.0.0.1 behind a proxy with passwords is safer`);
    }
    if (!interrupted.aborted) {
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
    }
    log.info('stops: what is under way is answered');
    await stop();
    return ExitCode.ok;
  } finally {
    process.off('SIGHUP', reload);
    await engine.close();
  }
}

function notListening({ host, port }: ServeOptions, error: Error): Failure {
  const isTaken = systemCode(error) === 'EADDRINUSE';
  const why = isTaken ? `another program has it; --port 0 takes one that is free` : messageOf(error);
  return misuse(`--port ${port} of --host ${host} cannot be had: ${why}`, error);
}
