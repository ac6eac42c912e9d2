/** A way to a test's PostgreSQL on which connections can fall silent, as when packets disappear. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A running proxy. Close it at the end of the test. */
export interface SilentProxy {
  /** The same database, through the proxy. */
  through(url: string): string
  /** Nothing arrives any more, in either direction, on the connections that exist. They stay open; new ones work. */
  silence(): void
  close(): Promise<void>
}

/** Starts a proxy to a port of this machine. */
export async function startSilentProxy(port: number): Promise<SilentProxy> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(upstream)
    upstream.pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0
  return {
    through: (url) => url.replace(`:${port}/`, `:${own}/`),
    silence() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
