// A signal while a server is still being loaded ends it with exit code 0. Without a listener the exit code would be another, and the
// first process of a container would ignore the signal. The server replaces these listeners.

if (process.argv[2] === 'serve') for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
