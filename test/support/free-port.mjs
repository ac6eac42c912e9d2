/**
 * A port for a program that must be given one, or that is stopped and started again on the same one.
 *
 * A port that the system has chosen (`listen(0)`) and that is closed again may be chosen for someone else before the program listens. So
 * these are below the range from which systems choose, and each process of the tests has its own.
 */

import { once } from 'node:events'
import { createServer } from 'node:net'

const FIRST = 10_000
const PER_PROCESS = 20
const PROCESSES = 1_000

let next = (process.pid % PROCESSES) * PER_PROCESS

/**
 * A port of 127.0.0.1 on which nothing listens, and which this process was not given before unless it has had thousands of them.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const port = FIRST + (next % (PROCESSES * PER_PROCESS))
    next += 1
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
}
