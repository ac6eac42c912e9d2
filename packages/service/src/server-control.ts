/** The process around the service, as the account that administers the server sees and changes it. */
import type { LogLevel } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'

/** An option of the server as it applies now. */
export interface ServerOption {
  /** The flag, or the variable where it has none. */
  readonly name: string
  /** As a user would write it, without secrets; absent where it has no value. */
  readonly value?: string | undefined
  /** `default`, `run time` where it was changed since the start, or the flag, variable or file that it comes from. */
  readonly source: string
}

/** The reading of all stored bytes by which damage is found. Times in milliseconds since 1970. */
export interface ScrubState {
  readonly isRunning: boolean
  /** When the present pass, or the last one, began; absent before the first. */
  readonly startedAt?: number | undefined
  /** Absent while a pass runs and before the first. */
  readonly endedAt?: number | undefined
  /** When the next pass begins by itself; absent while one runs, and where none begins by itself. */
  readonly nextAt?: number | undefined
  /** Bytes of this pass, or the last one, that were sound. */
  readonly bytes: number
  /** Damaged blobs of this pass, or the last one. */
  readonly damaged: number
  /** The pace at which passes read; 0: none begins by itself. */
  readonly bytesPerSecond: number
}

/** Facts about the server. */
export interface ServerState {
  /** That of Bindery, and of Node.js. */
  readonly version: string
  readonly nodeVersion: string
  /** `linux x64`. */
  readonly platform: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** A folder, or the address of a database. */
  readonly location: string
  /** The number of the format of the folder; absent for a database. */
  readonly format?: number | undefined
  /** Processes that answer requests. */
  readonly processes: number
  /** `native`, or `wasm`, which is slower. */
  readonly hashing: string
  /** Bytes of the disk with the data; absent where another system keeps them. */
  readonly disk?: { readonly freeBytes: number; readonly totalBytes: number } | undefined
  readonly logLevel: string
  readonly options: readonly ServerOption[]
  /** Absent where another machine of the cluster does it. */
  readonly scrub?: ScrubState | undefined
}

/** Shows and changes the process around the service. */
export interface ServerControl {
  serverState(): Awaitable<ServerState>
  /** Changes the log of all processes until the configuration is read again, or they restart. */
  setLogLevel(level: LogLevel): Awaitable<void>
  /**
   * Begins to read all stored bytes, at that pace or the usual one; a pass that runs goes on at the new pace. False where another machine of
   * the cluster does it.
   */
  startScrub(bytesPerSecond?: number): Awaitable<boolean>
}
