/**
 * A port for a program that must be given one, or that is stopped and started again on the same one.
 *
 * A port that the system has chosen (`listen(0)`) and that is closed again may be chosen for another program before this one listens. So
 * these are below the range from which systems choose, and each process of the tests begins with others.
 */

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Above 10080, which `fetch` and browsers refuse. */
const FIRST = 10_100
const PORTS = 20_000

// a prime, so that processes whose numbers follow each other begin far apart
let next = (process.pid * 7919) % PORTS

/**
 * A port of 127.0.0.1 on which nothing listens, and which this process was not given before unless it has had thousands of them.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST + next
    next = (next + 1) % PORTS
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch (error) {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') continue
      throw error
    }
    await new Promise((resolve) => server.close(resolve))
    return port
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + PORTS - 1} is free`)
}
