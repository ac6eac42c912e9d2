import type { BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader, together } from '@bindery/storage'
import type { ReadMore } from '../domain/buckets/buckets.js'
import { readPublicAccessBlock } from '../domain/buckets/public-access.js'
import { readDocument } from '../domain/stored/documents.js'
import type { BucketRecord } from '../domain/stored/model.js'
import type { BucketRules } from './authoriser.js'
import { readsBucketTags } from './conditions.js'
import { PolicyCache } from './policy/cache.js'
import type { RefererRules } from './referer.js'
import { attachedPolicies, type Requester } from './requester.js'

/** Reads the settings of buckets about access, where they may matter, and keeps compiled policies. */
export class BucketRuleBook {
  readonly #policies = new PolicyCache('bucket')

  /**
   * Reads the rules that may bind a requester, from the state in which the bucket's record was found. Undefined, at
   * once, for an owner whose bucket has no such rules.
   */
  readFor(requester: Requester): ReadMore<BucketRules | undefined> {
    const asksAboutTags = attachedPolicies(requester).some(({ policy }) => policy.asksAbout(readsBucketTags))
    return (reader, bucket) => {
      const { documents = {} } = bucket
      const isOwner = requester.kind === 'account' && requester.account.id === bucket.owner
      if (isOwner && !('policy' in documents || 'referer' in documents)) return undefined
      return this.#read(reader, bucket, asksAboutTags)
    }
  }

  #read(reader: Reader, bucket: BucketRecord, asksAboutTags: boolean): Awaitable<BucketRules> {
    const settings = together(
      readDocument(reader, bucket, 'policy'),
      readDocument(reader, bucket, 'referer'),
      readDocument(reader, bucket, 'requestPayment'),
      readPublicAccessBlock(reader, bucket),
    )
    return andThen(settings, ([text, referer, payment, blocksPublicAccess]) => {
      const policy = text === undefined ? undefined : this.#policies.get(text)
      const needsTags = asksAboutTags || policy?.asksAbout(readsBucketTags) === true
      return andThen(needsTags ? readDocument(reader, bucket, 'tagging') : undefined, (tagging) => ({
        policy,
        blocksPublicAccess,
        requesterPays: payment?.payer === 'Requester',
        referers: referer && refererRules(referer),
        tags: tagging?.tagSet.tags.map(({ key, value }) => [key, value] as const),
      }))
    })
  }
}

function refererRules(config: BucketSettings['referer']): RefererRules {
  return {
    allowEmpty: config.allowEmptyReferer,
    truncateQuery: config.allowTruncateQueryString,
    truncatePath: config.truncatePath,
    allowed: config.refererList.referers,
    refused: config.refererBlacklist?.referers ?? [],
  }
}
