import { createServer } from 'node:net'
import { listenFailure } from './failure.js'

/**
 * Checks that a port can be listened on, before the stores are opened. Throws Failure `portTaken`, `portForbidden`,
 * `hostUnknown` if this process cannot listen there.
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port }, resolve)
    })
  } catch (error) {
    throw listenFailure(error, host, port)
  }
  await new Promise((resolve) => server.close(resolve))
}
