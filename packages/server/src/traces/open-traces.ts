import type { Config } from '../config.js'
import type { Log } from '../log.js'
import type { OtlpTraces } from './otlp-traces.js'

/** Loads what only servers with a collector need; `version` is Bindery's. */
export async function openTraces({ otlpEndpoint }: Config, version: string, log: Log): Promise<OtlpTraces | undefined> {
  if (otlpEndpoint === undefined) return undefined
  const { OtlpTraces } = await import('./otlp-traces.js')
  return new OtlpTraces({ endpoint: `${otlpEndpoint.scheme}://${otlpEndpoint.host}`, version, log })
}
