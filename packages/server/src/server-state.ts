import type { ServerState } from '@bindery/service'
import type { Config } from './config.js'
import type { Deployment } from './deployment.js'
import type { Reloading } from './reloading.js'

/** The sources of a state. */
export interface StateFacts {
  readonly config: Config
  /** That of Bindery. */
  readonly version: string
  readonly deployment: Pick<Deployment, 'location' | 'format' | 'disk'>
  readonly hashing: string
  /** Processes that answer requests. */
  readonly processes: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly configuration: Pick<Reloading, 'explained' | 'options'>
}

/** The server as its administrator sees it, but for what single processes know. */
export async function serverState(facts: StateFacts): Promise<Omit<ServerState, 'scrub'>> {
  const { version, deployment, hashing, processes, startedAt, configuration } = facts
  const disk = await deployment.disk().catch(() => undefined)
  return {
    ...{ version, nodeVersion: process.versions.node, platform: `${process.platform} ${process.arch}` },
    ...{ startedAt, location: deployment.location, format: deployment.format, processes, hashing },
    ...(disk && { disk: { freeBytes: disk.freeBytes, totalBytes: disk.totalBytes } }),
    logLevel: configuration.options.logLevel,
    options: configuration.explained,
  }
}
