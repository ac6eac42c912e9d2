import { type Client, OssError } from '@bindery/client'
import { type ExplainedUpload, operations } from '@bindery/protocol'
import type { Address } from '../objects/address.js'
import { call } from '../objects/call.js'

/** An incomplete upload, as far as a server describes it. Times are ISO 8601. */
export type Explained = Pick<ExplainedUpload, 'partCount' | 'bytes' | 'runs' | 'gaps' | 'undersized' | 'completable'> &
  Partial<Pick<ExplainedUpload, 'initiator' | 'initiated' | 'lastActivity' | 'obstacle' | 'plan' | 'autoComplete'>>

/**
 * Describes an upload; where the server lacks the extension, from its list of parts. With `size` the answer has a plan, where
 * the server has the extension. Throws OssError.
 */
export async function explain(
  client: Client,
  address: Address,
  uploadId: string,
  { size, partSize }: { readonly size?: number | undefined; readonly partSize?: number | undefined } = {},
): Promise<Explained> {
  try {
    return await call(client, operations.ExplainUpload, address, { input: { uploadId, size, partSize } })
  } catch (error) {
    // another server takes the request for ListParts, and answers XML
    if (error instanceof OssError && error.code === 'NoSuchUpload') throw error
    if (error instanceof OssError && error.status === 0) throw error
    return fromParts(client, address, uploadId)
  }
}

const SMALL = 100 * 1024

async function fromParts(client: Client, address: Address, uploadId: string): Promise<Explained> {
  const runs: { from: number; to: number; size: number }[] = []
  const gaps: { from: number; to: number }[] = []
  let partCount = 0
  let bytes = 0
  let last = 0
  for await (const { partNumber, size } of client.listParts({ ...address, uploadId })) {
    if (partNumber > last + 1) gaps.push({ from: last + 1, to: partNumber - 1 })
    const run = runs.at(-1)
    if (run !== undefined && run.to === partNumber - 1 && run.size === size) run.to = partNumber
    else runs.push({ from: partNumber, to: partNumber, size })
    last = partNumber
    partCount += 1
    bytes += size
  }
  const undersized = runs.filter(({ to, size }) => size < SMALL && to < last).map(({ from, to }) => ({ from, to }))
  return { partCount, bytes, runs, gaps, undersized, completable: partCount > 0 && undersized.length === 0 }
}
