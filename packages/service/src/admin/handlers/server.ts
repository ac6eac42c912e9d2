import { RamError } from '@bindery/protocol'
import type { ScrubState, ServerControl } from '../../server-control.js'
import type { AdminHandlers } from '../context.js'

/** The handlers of the server itself. */
export const serverHandlers: AdminHandlers<'GetServer' | 'SetLogLevel' | 'StartScrub'> = {
  async GetServer({ server }) {
    const state = await required(server).serverState()
    const { version, nodeVersion, platform, startedAt, location, format, processes, hashing } = state
    const { disk, logLevel, options, scrub } = state
    return {
      Server: {
        Version: version,
        NodeVersion: nodeVersion,
        Platform: platform,
        StartDate: new Date(startedAt).toISOString(),
        Location: location,
        Format: format,
        Processes: processes,
        Hashing: hashing,
        LogLevel: logLevel,
        DiskFreeBytes: disk?.freeBytes,
        DiskTotalBytes: disk?.totalBytes,
      },
      Scrub: scrub && shownScrub(scrub),
      Options: { Option: options.map(({ name, value, source }) => ({ Name: name, Value: value, Source: source })) },
    }
  },

  async SetLogLevel({ server, input }) {
    await required(server).setLogLevel(input.LogLevel)
    return {}
  },

  async StartScrub({ server, input }) {
    const hasStarted = await required(server).startScrub(input.BytesPerSecond)
    if (!hasStarted) throw new RamError('serverElsewhere')
    return {}
  },
}

/** Throws serverElsewhere. */
function required(server: ServerControl | undefined): ServerControl {
  if (server === undefined) throw new RamError('serverElsewhere')
  return server
}

function shownScrub({ isRunning, startedAt, endedAt, nextAt, bytes, damaged, bytesPerSecond }: ScrubState): object {
  return {
    IsRunning: isRunning,
    StartDate: dateOf(startedAt),
    EndDate: dateOf(endedAt),
    NextDate: dateOf(nextAt),
    Bytes: bytes,
    Damaged: damaged,
    BytesPerSecond: bytesPerSecond,
  }
}

function dateOf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}
