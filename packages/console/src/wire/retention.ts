/** The retention policy of a bucket: what was written cannot be overwritten or deleted for some days. */
import { parseXml, textOf } from '@bindery/client/xml'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** A policy. Times in milliseconds since 1970. */
export interface Retention {
  readonly id: string
  /** In progress for a day, in which it can be ended; then expired unless it was locked. */
  readonly state: 'InProgress' | 'Locked' | 'Expired'
  readonly days: number
  readonly created: number
  /** The time at which one that is in progress expires. */
  readonly expires: number | undefined
}

/** The policy; undefined where the bucket has no policy. Throws ServerError. */
export async function readRetention(bucket: string, signal?: AbortSignal): Promise<Retention | undefined> {
  try {
    const root = parseXml(await (await send({ method: 'GET', bucket, query: { worm: '' }, signal })).text())
    const expires = textOf(root, 'ExpirationDate')
    return {
      id: textOf(root, 'WormId') ?? '',
      state: (textOf(root, 'State') ?? 'Expired') as Retention['state'],
      days: Number(textOf(root, 'RetentionPeriodInDays')),
      created: Date.parse(textOf(root, 'CreationDate') ?? ''),
      expires: expires === undefined ? undefined : Date.parse(expires),
    }
  } catch (error) {
    if (error instanceof ServerError && error.code === 'NoSuchWORMConfiguration') return undefined
    throw error
  }
}

const period = (name: string, days: number) =>
  `<${name}><RetentionPeriodInDays>${days}</RetentionPeriodInDays></${name}>`

/** Begins a policy. It protects at once. Throws ServerError. */
export async function beginRetention(bucket: string, days: number): Promise<void> {
  await send({ method: 'POST', bucket, query: { worm: '' }, body: period('InitiateWormConfiguration', days) })
}

/** Ends a policy that is not locked. Throws ServerError. */
export async function endRetention(bucket: string): Promise<void> {
  await send({ method: 'DELETE', bucket, query: { worm: '' } })
}

/** Locks a policy: it can never be ended or shortened. Throws ServerError. */
export async function lockRetention(bucket: string, wormId: string): Promise<void> {
  await send({ method: 'POST', bucket, query: { wormId } })
}

/** Makes the period of a locked policy longer. Throws ServerError. */
export async function extendRetention(bucket: string, wormId: string, days: number): Promise<void> {
  const query = { wormId, wormExtend: '' }
  await send({ method: 'POST', bucket, query, body: period('ExtendWormConfiguration', days) })
}
