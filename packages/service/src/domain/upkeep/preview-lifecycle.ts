/** Shows what lifecycle rules would do, by the walks that apply them. */

import type { Domain } from '../domain.js'
import type { BucketRecord, StorageClass } from '../stored/model.js'
import { versionIdOf } from '../stored/version-id.js'
import { dueUploadsOf } from './apply-lifecycle.js'
import { dueVersions } from './apply-to-versions.js'
import type { LifecycleRule } from './due-action.js'

const ACTIONS_MAX = 1_000
/** Uploads and versions that a preview looks at. */
const MET_MAX = 100_000

/** An action that is due. */
interface PreviewedAction {
  readonly action: 'abort' | 'expire' | 'move'
  /** The id of the rule. */
  readonly rule: string
  readonly key: string
  readonly uploadId?: string
  readonly versionId?: string
  /** Absent for uploads and delete markers. */
  readonly bytes?: number
  readonly storageClass?: StorageClass
  readonly targetClass?: StorageClass
}

/**
 * The actions that rules would take at once, at most 1,000, and only among the first `metMax` uploads and versions. Objects that
 * are retained or held are among them.
 */
export async function previewLifecycle(
  domain: Domain,
  bucket: BucketRecord,
  rules: readonly LifecycleRule[],
  metMax = MET_MAX,
): Promise<{ readonly actions: readonly PreviewedAction[]; readonly isTruncated: boolean }> {
  const actions: PreviewedAction[] = []
  let met = 0
  const meet = (): void => {
    if (met === metMax) throw new Truncated()
    met += 1
  }
  try {
    for await (const action of dueActions(domain, bucket, rules, meet)) {
      if (actions.length === ACTIONS_MAX) return { actions, isTruncated: true }
      actions.push(action)
    }
    return { actions, isTruncated: false }
  } catch (error) {
    if (error instanceof Truncated) return { actions, isTruncated: true }
    throw error
  }
}

/** The walks have met as much as they may. */
class Truncated extends Error {}

async function* dueActions(
  domain: Domain,
  bucket: BucketRecord,
  rules: readonly LifecycleRule[],
  meet: () => void,
): AsyncGenerator<PreviewedAction, void, undefined> {
  for (const rule of rules) {
    for await (const [{ key, uploadId }] of dueUploadsOf(domain, bucket.name, rule, meet)) {
      yield { action: 'abort', rule: rule.id, key, uploadId }
    }
  }
  for (const due of dueVersions(domain, bucket, rules, meet)) {
    for await (const [{ key, record }, { kind, rule, ...how }] of due) {
      const data = 'deleteMarker' in record ? {} : { bytes: record.size, storageClass: record.storageClass }
      const target = 'storageClass' in how ? { targetClass: how.storageClass } : {}
      yield { action: kind, rule: rule.id, key, versionId: versionIdOf(record), ...data, ...target }
    }
  }
}
