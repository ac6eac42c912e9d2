/** Networks that fail: between a gateway and its stores, everything that is sent disappears. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'

/** Set in the processes that run in a network of their own. */
const PRIVATE = 'CRASH_PRIVATE_NETWORK'

/**
 * The way to a port of this machine, which may swallow everything: connections stay open, and no answer comes. They break when
 * it no longer does so, because bytes are missing in them.
 * @param {number} port
 * @returns {Promise<{ port: number, cut: (cuts: boolean) => void, close: () => void }>}
 */
export async function startNetwork(port) {
  let isCut = false
  const clients = new Set()
  const server = createServer((client) => {
    const database = createConnection(port, '127.0.0.1')
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('data', (bytes) => isCut || database.write(bytes))
    database.on('data', (bytes) => isCut || client.write(bytes))
    for (const [one, other] of [
      [client, database],
      [database, client],
    ]) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: server.address().port,
    cut: (cuts) => {
      isCut = cuts
      if (!cuts) for (const client of clients) client.destroy()
    },
    close: () => server.close(),
  }
}

/** Whether this process runs in a network namespace of its own, so that it may drop packets. */
export const hasPrivateNetwork = () => process.env[PRIVATE] === '1'

/** The start of a command that runs another one in such a namespace; undefined where that is not possible. */
export function privateNetwork() {
  const command = ['unshare', '--net', 'sh', '-c', `ip link set lo up && ${PRIVATE}=1 exec "$@"`, 'sh']
  try {
    const [program, ...args] = command
    execFileSync(program, [...args, 'iptables', '-w', '-L', 'INPUT'], { stdio: 'ignore' })
    return command
  } catch {
    return undefined
  }
}

/** Drops all packets from and to a loopback address, or no longer. @param {string} address @param {boolean} cuts */
export function cutAddress(address, cuts) {
  for (const end of ['-s', '-d']) {
    execFileSync('iptables', ['-w', cuts ? '-I' : '-D', 'INPUT', end, address, '-j', 'DROP'])
  }
}
