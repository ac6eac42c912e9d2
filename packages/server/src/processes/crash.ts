import type { Log } from '../log.js'

/** Exit code of a process that met an error that nobody caught (EX_SOFTWARE of sysexits). */
export const CRASH_EXIT_CODE = 70

/** Logs an error that nobody caught and ends the process: what it leaves half done is undone by the next start. */
export function endOnCrash(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends: an error was not caught')
    process.exit(CRASH_EXIT_CODE)
  })
}

/** A metadata file that cannot be trusted any more ends the process: the next start finds its last whole state. */
export function endOnFatal(error: Error): void {
  setImmediate(() => {
    throw error
  })
}
