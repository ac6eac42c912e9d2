import { OssError } from '@bindery/protocol'
import { CompiledPolicy } from '../../access/policy/compile.js'
import { PolicyFault, parsePolicy } from '../../access/policy/grammar.js'
import { readBucketIfAny } from '../../domain/buckets/buckets.js'
import { readPublicAccessBlock } from '../../domain/buckets/public-access.js'
import { readRetentionMs } from '../../domain/buckets/worm.js'
import { newId } from '../../domain/domain.js'
import { readDocument } from '../../domain/stored/documents.js'
import type { LifecycleRule } from '../../domain/upkeep/due-action.js'
import type { DocumentRules } from './documents.js'

/** Rules of documents beyond their declarations: ids, the time, and other contents of the store. */
export const documentRules: DocumentRules = {
  lifecycle: async ({ rules }, { domain, tx, bucket }) => {
    const monitor = await readDocument(tx, bucket, 'accessmonitor')
    if (monitor?.status !== 'Enabled' && rules.some(asksAboutAccess)) throw new OssError('malformedXml')
    const atimeBase = Math.floor((monitor?.enabledAt ?? 0) / 1000)
    return {
      rules: rules.map((rule) => {
        const { atimeBase: _, ...others } = rule
        return { ...others, id: rule.id || newId(domain), ...(asksAboutAccess(rule) && { atimeBase }) }
      }),
    }
  },

  /** No tags are the same as none that were set. */
  tagging: (tagging) => (tagging.tagSet.tags.length === 0 ? undefined : tagging),

  accessmonitor: async (setting, { domain, tx, bucket }) => {
    const before = await readDocument(tx, bucket, 'accessmonitor')
    if (setting.status === before?.status) return before
    if (setting.status === 'Enabled') return { ...setting, enabledAt: domain.clock() }
    const lifecycle = await readDocument(tx, bucket, 'lifecycle')
    if (lifecycle?.rules.some(asksAboutAccess)) throw new OssError('accessMonitorNeeded')
    return setting
  },

  logging: async (status, { domain, tx, bucket }) => {
    const { targetBucket } = status.loggingEnabled ?? {}
    const target = targetBucket === undefined ? bucket : await readBucketIfAny(domain, tx, targetBucket)
    if (target?.owner !== bucket.owner) throw new OssError('invalidTargetBucketForLogging')
    return status
  },

  objectWorm: async (worm, { domain, tx, bucket }) => {
    const isPossible = bucket.versioning === 'Enabled' && (await readRetentionMs(domain, tx, bucket)) === 0
    if (!isPossible) throw new OssError('objectWormNotPossible')
    return worm
  },

  overwriteConfig: ({ rules }, { domain }) => ({
    rules: rules.map((rule) => ({ ...rule, id: rule.id ?? newId(domain) })),
  }),

  policy: async (text, { tx, bucket }) => {
    const { isPublic } = compilePolicy(text)
    if (isPublic && (await readPublicAccessBlock(tx, bucket))) throw new OssError('publicPolicyBlocked')
    return text
  },
}

/** Whether a rule depends on when objects were last read. */
function asksAboutAccess({ transitions = [], noncurrentVersionTransitions = [] }: LifecycleRule): boolean {
  return [...transitions, ...noncurrentVersionTransitions].some(({ isAccessTime }) => isAccessTime === true)
}

function compilePolicy(text: string): CompiledPolicy {
  try {
    return new CompiledPolicy(parsePolicy('bucket', text))
  } catch (error) {
    if (error instanceof PolicyFault) throw new OssError('invalidPolicyDocument', { why: error.message })
    throw error
  }
}
