/** Shows what lifecycle rules would do, by the walks that apply them. */

import type { Domain } from '../domain.js'
import type { BucketRecord, StorageClass } from '../stored/model.js'
import { versionIdOf } from '../stored/version-id.js'
import { dueUploadsOf } from './apply-lifecycle.js'
import { dueVersions } from './apply-to-versions.js'
import type { LifecycleRule } from './due-action.js'

const ACTIONS_MAX = 1_000

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

/** The actions that rules would take at once, at most 1,000. Objects that are retained or held are among them. */
export async function previewLifecycle(
  domain: Domain,
  bucket: BucketRecord,
  rules: readonly LifecycleRule[],
): Promise<{ readonly actions: readonly PreviewedAction[]; readonly isTruncated: boolean }> {
  const actions: PreviewedAction[] = []
  for await (const action of dueActions(domain, bucket, rules)) {
    if (actions.length === ACTIONS_MAX) return { actions, isTruncated: true }
    actions.push(action)
  }
  return { actions, isTruncated: false }
}

async function* dueActions(
  domain: Domain,
  bucket: BucketRecord,
  rules: readonly LifecycleRule[],
): AsyncGenerator<PreviewedAction, void, undefined> {
  for (const rule of rules) {
    for await (const [{ key, uploadId }] of dueUploadsOf(domain, bucket.name, rule)) {
      yield { action: 'abort', rule: rule.id, key, uploadId }
    }
  }
  for (const due of dueVersions(domain, bucket, rules)) {
    for await (const [{ key, record }, { kind, rule, ...how }] of due) {
      const data = 'deleteMarker' in record ? {} : { bytes: record.size, storageClass: record.storageClass }
      const target = 'storageClass' in how ? { targetClass: how.storageClass } : {}
      yield { action: kind, rule: rule.id, key, versionId: versionIdOf(record), ...data, ...target }
    }
  }
}
