import { OssError } from '@bindery/protocol'
import type { Service } from '@bindery/service'
import type { Config } from '../config.js'
import { Failure } from '../failure.js'
import { ROOT_ACCOUNT } from '../root-key.js'

/** Creates the buckets of a configuration that are missing. Throws Failure `bucketRefused`. */
export async function createBuckets(service: Service, buckets: Config['buckets']): Promise<void> {
  for (const { name, acl } of buckets) {
    await service.ensureBucket(name, ROOT_ACCOUNT.id, acl).catch((error) => {
      if (!(error instanceof OssError)) throw error
      const { code, message } = error
      throw new Failure('bucketRefused', { bucket: name, code, message }, { cause: error })
    })
  }
}
