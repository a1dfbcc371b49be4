// Holds 100 million bytes that were written to, and says when it does.
globalThis.held = Buffer.alloc(100_000_000, 1);
process.send('taken');
process.on('message', () => {});
