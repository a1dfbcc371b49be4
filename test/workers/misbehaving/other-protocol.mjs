process.on('disconnect', () => process.exit(0));
process.send({ type: 'ready', protocol: 99 });
