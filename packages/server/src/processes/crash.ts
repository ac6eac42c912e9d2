import type { Log } from '../log.js'

/**
 * Logs an uncaught error and ends the process by SIGKILL: the next start recovers its unfinished work. An exit would wait for
 * threads, and the one in which LMDB writes may wait for this one.
 */
export function endOnCrash(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends: an error was not caught')
    // after the listeners that write the last lines of the log
    process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
    process.exit()
  })
}

/** A metadata file that can no longer be trusted ends the process: the next start opens its last complete state. */
export function endOnFatal(error: Error): void {
  setImmediate(() => {
    throw error
  })
}
