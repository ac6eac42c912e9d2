/** Requests that leave an entry in the trail. */
import { type Operation, OssError, RamError } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import type { Actor, Settings } from '../domain/stored/trail-model.js'
import { differences, type Trail, type TrailEntry } from '../domain/trail/trail.js'
import type { KeyHolder, Requester } from './requester.js'

/** Operations on objects that count as control actions. */
const ON_OBJECTS: ReadonlySet<string> = new Set([
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'DeleteObject',
  'DeleteMultipleObjects',
  'PutObjectACL',
])

/** `settings`: the action changes settings, which its entry shows. `object`: one of many, whose entry is written in the background. */
export function trailedAs({ name, method, level, body }: Operation): 'settings' | 'object' | undefined {
  if (ON_OBJECTS.has(name)) return 'object'
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  return reads || level === 'object' || body === 'bytes' ? undefined : 'settings'
}

/** The actor of an entry, by the key that lasts; undefined for anonymous requests. */
export function actorOf(requester: Requester): Actor | undefined {
  if (requester.kind === 'anonymous') return undefined
  const { account, accessKeyId, standsFor = accessKeyId } = requester
  return { account: account.id, accessKeyId: standsFor, identity: identityOf(requester) }
}

function identityOf({ identity }: KeyHolder): string | undefined {
  if (identity === undefined) return undefined
  return identity.kind === 'user' ? identity.name : `${identity.name}:${identity.sessionName}`
}

/** An action before its outcome is known. */
export type Begun = Omit<TrailEntry, 'at' | 'code' | 'before' | 'after' | 'question'>

/** Runs an action that changes settings. Its answer waits for the entry, which shows what it changed or why it failed. */
export async function trailed<T>(
  { trail, domain }: { readonly trail: Trail; readonly domain: Domain },
  begun: Begun,
  state: () => Awaitable<Settings>,
  act: () => Awaitable<T>,
): Promise<T> {
  const before = await state()
  try {
    const result = await act()
    await trail.write({ ...begun, at: domain.clock(), ...differences(before, await state()) })
    return result
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined) await trail.write({ ...begun, at: domain.clock(), code })
    throw error
  }
}

/** The code of a failure that is the client's to know; undefined for one of the server. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof OssError && error.isClientError) return error.code
  return error instanceof RamError ? error.code : undefined
}
