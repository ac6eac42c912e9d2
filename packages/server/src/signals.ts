import type { LogLevel } from '@bindery/protocol'
import type { RunningServer } from './start-server.js'

/** How a server ended. */
export interface End {
  /** Requests that were aborted: by a second signal, or after their grace period. */
  readonly cut: number
}

/** Between two looks at the parent, where no signal comes. */
const PARENT_INTERVAL_MS = 500

/**
 * SIGTERM and SIGINT, from the moment on that this is made: one that arrives while the server starts is not lost. SIGHUP
 * stops a server whose terminal was closed; a daemon, or one under nohup, continues. The end of the shell between npm and a server, which
 * takes the signal and passes none on, stops the server too.
 */
export class StopSignals {
  #count = 0
  #onSignal = () => {}
  readonly #first = new AbortController()

  /** `env`: the variables that npm sets. */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    const count = () => {
      this.#count += 1
      this.#first.abort()
      this.#onSignal()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // Those of early-signals.js, which the program loads first. Without any listener a signal that has arrived would be lost.
      const earlier = process.listeners(signal)
      process.on(signal, count)
      for (const listener of earlier) process.off(signal, listener)
    }
    process.on('SIGHUP', hasTerminal() ? count : () => {})
    if (isCommandOfNpm(env)) onEndOfParent(count)
  }

  /**
   * Starts a server. Resolves with undefined if the first signal made the start give up; otherwise it completes, so that what it
   * opened is closed in its order. At a second signal `end` ends the process.
   */
  async whileStarting<T>(start: (givenUp: AbortSignal) => Promise<T>, end: () => never): Promise<T | undefined> {
    this.#onSignal = () => {
      if (this.#count > 1) end()
    }
    try {
      return await start(this.#first.signal)
    } catch (error) {
      if (this.#first.signal.aborted && error === this.#first.signal.reason) return undefined
      throw error
    }
  }

  /**
   * Runs a server until the first signal, then stops it; a second signal aborts running requests. If the server fails, stops what is
   * left of it, whose requests any signal aborts, and rejects with the failure.
   */
  async runUntilSignal(server: RunningServer, onStopping: () => void): Promise<End> {
    try {
      await this.#signalOrFailure(server)
    } catch (failure) {
      this.#onSignal = () => void server.cut()
      // the failure came first, and is the one to report
      await server.stop().catch(() => {})
      throw failure
    }
    onStopping()
    return { cut: await server.stop() }
  }

  #signalOrFailure(server: RunningServer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onSignal = () => {
        if (this.#count === 1) resolve()
        else void server.cut()
      }
      server.failed.catch(reject)
      if (this.#count > 0) resolve()
    })
  }
}

/** Whether npx, or a script of a package, runs the command itself, and not in the background. */
function isCommandOfNpm({ npm_lifecycle_script: script = '' }: Readonly<Record<string, string | undefined>>): boolean {
  return /^(['"]?)(?:\S*\/)?bindery\1(?:\s[^&;|]*)?$/.test(script)
}

function onEndOfParent(report: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    report()
  }, PARENT_INTERVAL_MS)
  timer.unref()
}

function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY
}

/** Calls `reload` at each SIGHUP, one call after another, unless the signal means that a terminal was closed. */
export function reloadOnHangup(reload: () => Promise<void>): void {
  let last = Promise.resolve()
  if (!hasTerminal()) {
    process.on('SIGHUP', () => {
      last = last.then(reload)
    })
  }
}

/**
 * Each SIGUSR2 switches the log between the configured level and debug, or from a configured debug to info. `change` sets the
 * level of every process.
 */
export function switchLogLevelOnSignal(configured: LogLevel, change: (level: LogLevel) => Promise<void>): void {
  if (process.platform === 'win32') return
  const other: LogLevel = configured === 'debug' ? 'info' : 'debug'
  let level = configured
  process.on('SIGUSR2', () => {
    level = level === configured ? other : configured
    void change(level)
  })
}
