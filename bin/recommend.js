#!/usr/bin/env node
// CommonJS (package.json beside it), with which Node starts sooner: who asks for the version alone waits for no loader of modules.
if (process.argv.length === 3 && process.argv[2] === '--version') {
  // `--version | true`: a reader who left is no failure.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  import('../dist/program/cli.js');
}
