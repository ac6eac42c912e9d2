/** Replication rules of a bucket. The server keeps them for programs that read them, and copies nothing. */
import { all, escapeXml, parseXml, textOf } from '@bindery/client/xml'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** One rule. */
export interface ReplicationRule {
  readonly id: string
  /** None: all keys. */
  readonly prefixes: readonly string[]
  readonly target: string
  readonly location: string
  readonly status: string
}

/** The rules in the order in which they were added. Throws ServerError. */
export async function listReplications(bucket: string, signal?: AbortSignal): Promise<readonly ReplicationRule[]> {
  try {
    const answer = await send({ method: 'GET', bucket, query: { replication: '' }, signal })
    return all(parseXml(await answer.text()), 'Rule').map((rule) => ({
      id: textOf(rule, 'ID') ?? '',
      prefixes: all(all(rule, 'PrefixSet')[0], 'Prefix').map(({ text }) => text),
      target: textOf(all(rule, 'Destination')[0], 'Bucket') ?? '',
      location: textOf(all(rule, 'Destination')[0], 'Location') ?? '',
      status: textOf(rule, 'Status') ?? '',
    }))
  } catch (error) {
    if (error instanceof ServerError && error.status === 404 && error.code !== 'NoSuchBucket') return []
    throw error
  }
}

/** Adds a rule. Throws ServerError. */
export async function addReplication(
  bucket: string,
  { target, location, prefixes }: Pick<ReplicationRule, 'target' | 'location' | 'prefixes'>,
): Promise<void> {
  const set = prefixes.map((prefix) => `<Prefix>${escapeXml(prefix)}</Prefix>`).join('')
  const body =
    `<ReplicationConfiguration><Rule>${set === '' ? '' : `<PrefixSet>${set}</PrefixSet>`}<Destination>` +
    `<Bucket>${escapeXml(target)}</Bucket><Location>${escapeXml(location)}</Location></Destination></Rule></ReplicationConfiguration>`
  await send({ method: 'POST', bucket, query: { replication: '', comp: 'add' }, body })
}

/** Deletes a rule. Throws ServerError. */
export async function deleteReplication(bucket: string, id: string): Promise<void> {
  const body = `<ReplicationRules><ID>${escapeXml(id)}</ID></ReplicationRules>`
  await send({ method: 'POST', bucket, query: { replication: '', comp: 'delete' }, body })
}
