import type { RunningServer } from './start-server.js'

/** How a server ended. */
export interface End {
  /** Requests that were aborted: by a second signal, or after their grace period. */
  readonly cut: number
}

/**
 * Runs a server until SIGTERM or SIGINT, then stops it; a second signal aborts running requests. Rejects if the server
 * fails.
 */
export async function runUntilSignal(server: RunningServer, onStopping: () => void): Promise<End> {
  let signals = 0
  await new Promise<void>((resolve, reject) => {
    const onSignal = () => {
      signals += 1
      if (signals === 1) resolve()
      else void server.cut()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    server.failed.catch(reject)
  })
  onStopping()
  return { cut: await server.stop() }
}
