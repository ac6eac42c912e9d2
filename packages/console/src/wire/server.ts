/** The server itself, by the admin interface: only for the key of the account that administers it. */
import { admin } from './request.js'

/** The levels of the log, from most to least verbose. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
/** A level of the log. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** An option of the server with its source: a flag, a variable, a file, `default` or `run time`. */
export interface ServerOption {
  readonly Name: string
  readonly Value?: string
  readonly Source: string
}

/** How far the verification of all stored bytes is. Sizes in bytes. */
export interface Scrub {
  readonly IsRunning: boolean
  readonly StartDate?: string
  readonly EndDate?: string
  readonly NextDate?: string
  readonly Bytes: number
  readonly Damaged: number
  readonly BytesPerSecond: number
}

/** The server. Sizes in bytes. */
export interface ServerFacts {
  readonly Server: {
    readonly Version: string
    readonly NodeVersion: string
    readonly Platform: string
    readonly StartDate: string
    readonly Location: string
    readonly Format?: number
    readonly Processes: number
    readonly Hashing: string
    readonly LogLevel: LogLevel
    readonly DiskFreeBytes?: number
    readonly DiskTotalBytes?: number
  }
  /** Absent where another machine of the cluster does it. */
  readonly Scrub?: Scrub
  readonly Options: { readonly Option: readonly ServerOption[] }
}

/** The server, its options, and the state of its verification. Throws ServerError NoPermission. */
export function readServer(): Promise<ServerFacts> {
  return admin<ServerFacts>('GetServer', {})
}

/** Changes what all processes log. Throws ServerError. */
export async function setLogLevel(level: LogLevel): Promise<void> {
  await admin('SetLogLevel', { LogLevel: level })
}

/** Begins to read and verify all stored bytes. Throws ServerError OperationConflict.Server where another machine does it. */
export async function startScrub(): Promise<void> {
  await admin('StartScrub', {})
}

/** A library that the server or the console contains. */
export interface Library {
  readonly name: string
  readonly version: string
  /** Its identifier, such as MIT. */
  readonly licence: string
  readonly text: string
}

/** The libraries with their licences. */
export async function listLibraries(): Promise<readonly Library[]> {
  const response = await fetch('/-/console/libraries.json')
  return (await response.json()) as readonly Library[]
}
