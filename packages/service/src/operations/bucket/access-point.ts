import { accessPointDomain, accessPointLabel, OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { accessPointArn } from '../../access/conditions.js'
import { CompiledPolicy } from '../../access/policy/compile.js'
import { PolicyFault, parsePolicy } from '../../access/policy/grammar.js'
import { noteUnknownActions } from '../../access/policy/unknown-actions.js'
import { handler } from '../../call.js'
import {
  changeAccessPoint,
  createAccessPoint as create,
  findAccessPoint,
  listAccessPoints as listAll,
  listOfBucket,
} from '../../domain/buckets/access-points.js'
import { pageOf } from '../../domain/buckets/listed-settings.js'
import { readPublicAccessBlock } from '../../domain/buckets/public-access.js'

export const createAccessPoint = handler('CreateAccessPoint', async ({ domain, bucket, document, region }) => {
  if ((document.networkOrigin === 'vpc') !== (document.vpcConfiguration !== undefined))
    throw new OssError('malformedXml')
  const { alias, accessPointName } = await create(domain, bucket.name, document)
  return { output: {}, result: { alias, accessPointArn: accessPointArn(region, bucket.owner, accessPointName) } }
})

export const getAccessPoint = handler('GetAccessPoint', ({ domain, bucket, input, region, endpoints }) =>
  andThen(findAccessPoint(domain, bucket.name, input.accessPointName), (found) => {
    const { createdAt = 0, policy: _, blocksPublicAccess = false, ...point } = found
    const { accessPointName: name } = point
    const { owner } = bucket
    const label = accessPointLabel(name, owner)
    return {
      output: {},
      result: {
        ...point,
        bucket: bucket.name,
        accountId: owner,
        accessPointArn: accessPointArn(region, owner, name),
        creationDate: Math.floor(createdAt / 1_000),
        status: 'enable',
        endpoints: {
          publicEndpoint: `${label}.${accessPointDomain(endpoints.extranetEndpoint)}`,
          internalEndpoint: `${label}.${accessPointDomain(endpoints.intranetEndpoint)}`,
        },
        publicAccessBlockConfiguration: { blockPublicAccess: blocksPublicAccess },
      },
    }
  }),
)

export const deleteAccessPoint = handler('DeleteAccessPoint', async ({ domain, bucket, input }) => {
  await changeAccessPoint(domain, bucket.name, input.accessPointName, () => undefined)
  return { output: {} }
})

export const listAccessPoints = handler('ListAccessPoints', async (call) => {
  const { domain, accountId, input, owner } = call
  const { continuationToken = '', maxKeys } = input
  const all = owner === undefined ? await listAll(domain, accountId) : await listOfBucket(domain, call.bucket.name)
  const { page, ...rest } = pageOf(all, ({ accessPoint }) => accessPoint.accessPointName, continuationToken, maxKeys)
  return {
    output: {},
    result: {
      ...rest,
      maxKeys,
      accountId: owner ?? accountId,
      accessPoints: {
        accessPoints: page.map(({ bucket, accessPoint }) => ({ ...accessPoint, bucket, status: 'enable' })),
      },
    },
  }
})

export const putAccessPointPolicy = handler('PutAccessPointPolicy', async (call) => {
  const { domain, bucket, input, document } = call
  const { isPublic } = compiled(document)
  await changeAccessPoint(domain, bucket.name, input.accessPointName, async (point, { tx, bucket: record }) => {
    const isBlocked = isPublic && (point.blocksPublicAccess === true || (await readPublicAccessBlock(tx, record)))
    if (isBlocked) throw new OssError('publicPolicyBlocked')
    return { ...point, policy: document }
  })
  noteUnknownActions(call.exchange.log, 'bucket', document)
  return { output: {} }
})

function compiled(text: string): CompiledPolicy {
  try {
    return new CompiledPolicy(parsePolicy('bucket', text))
  } catch (error) {
    if (error instanceof PolicyFault) throw new OssError('invalidPolicyDocument', { why: error.message })
    throw error
  }
}

export const getAccessPointPolicy = handler('GetAccessPointPolicy', ({ domain, bucket, input }) => {
  return andThen(findAccessPoint(domain, bucket.name, input.accessPointName), ({ policy }) => {
    if (policy === undefined) throw new OssError('noSuchAccessPointPolicy')
    return { output: {}, result: policy }
  })
})

export const deleteAccessPointPolicy = handler('DeleteAccessPointPolicy', async ({ domain, bucket, input }) => {
  await changeAccessPoint(domain, bucket.name, input.accessPointName, ({ policy: _, ...point }) => point)
  return { output: {} }
})
