import type { Log } from '../log.js'

/** Exit code of a process after an uncaught error (EX_SOFTWARE of sysexits). */
export const CRASH_EXIT_CODE = 70

/** Logs an uncaught error and ends the process: the next start recovers its unfinished work. */
export function endOnCrash(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends: an error was not caught')
    process.exit(CRASH_EXIT_CODE)
  })
}

/** A metadata file that can no longer be trusted ends the process: the next start opens its last complete state. */
export function endOnFatal(error: Error): void {
  setImmediate(() => {
    throw error
  })
}
