/** Questions about access: what an account tries to learn leaves an entry in the trail, as a change does. */
import { isAccessPointAlias } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import { type Begun, codeOf } from '../access/trailed.js'
import { findEntrance } from '../domain/buckets/access-points.js'
import { readBucketIfAny } from '../domain/buckets/buckets.js'
import type { Domain } from '../domain/domain.js'
import type { Trail } from '../domain/trail/trail.js'

/** The parameters of a question. */
export interface Described {
  readonly RequestId?: string
  readonly Bucket?: string
  readonly Key?: string
}

/**
 * Explains a described request. Its answer waits for the entries: one for the account that asks, and one for the owner of
 * the bucket, if that is another. The explanation of a request by its id leaves none: the request is in the log.
 */
export async function leavingQuestion<T>(
  { trail, domain }: { readonly trail: Trail; readonly domain: Domain },
  begun: Begun,
  input: Described,
  act: () => Awaitable<T>,
): Promise<T> {
  const { RequestId, Bucket: named, Key: key, ...question } = input
  if (RequestId !== undefined) return act()
  const write = async (code?: string) => {
    const bucket = await bucketOf(domain, named)
    const accounts = new Set([begun.account, (await ownerOf(domain, bucket)) ?? begun.account])
    for (const account of accounts) {
      await trail.write({ ...begun, account, at: domain.clock(), bucket, key, question, ...(code && { code }) })
    }
  }
  try {
    const result = await act()
    await write()
    return result
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined) await write(code)
    throw error
  }
}

/** The name of the bucket that is meant, which may be named by an alias of one of its access points. */
async function bucketOf(domain: Domain, named: string | undefined): Promise<string | undefined> {
  if (named === undefined || !isAccessPointAlias(named)) return named
  return (await findEntrance(domain, named))?.bucket ?? named
}

async function ownerOf(domain: Domain, bucket: string | undefined): Promise<string | undefined> {
  if (bucket === undefined) return undefined
  return (await domain.metadata.read((reader) => readBucketIfAny(domain, reader, bucket)))?.owner
}
