/** Rules that end uploads by their age. */
import { all, parseXml, textOf } from '@bindery/client/xml'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** A rule that aborts uploads. */
export interface AbortRule {
  readonly id: string
  readonly prefix: string
  readonly isEnabled: boolean
  /** Days after an upload began; absent for a rule with a date. */
  readonly days: number | undefined
}

/** The rules of a lifecycle document that abort uploads. Throws SyntaxError. */
export function abortRulesIn(document: string): readonly AbortRule[] {
  return all(parseXml(document), 'Rule').flatMap((rule) => {
    const [abort] = all(rule, 'AbortMultipartUpload')
    if (abort === undefined) return []
    const days = textOf(abort, 'Days')
    return [
      {
        id: textOf(rule, 'ID') ?? '',
        prefix: textOf(rule, 'Prefix') ?? '',
        isEnabled: textOf(rule, 'Status') === 'Enabled',
        days: days === undefined ? undefined : Number(days),
      },
    ]
  })
}

/** Whether a bucket has a rule that aborts uploads. Throws ServerError. */
export async function abortsUploads(bucket: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const response = await send({ method: 'GET', bucket, query: { lifecycle: '' }, signal })
    return abortRulesIn(await response.text()).some(({ isEnabled }) => isEnabled)
  } catch (error) {
    if (error instanceof ServerError && error.code === 'NoSuchLifecycle') return false
    throw error
  }
}
