/**
 * Corrupted policies: each is refused when it is set, or requests are decided by it; nothing that was accepted makes a
 * request fail.
 */
import { BUCKET, call, OTHER, startWithBucket } from '@bindery/service/testing'
import { createRandom, type Random } from '@bindery/storage'
import { Found } from './found.js'
import { mutateBytes, pick } from './mutate.js'

const POLICIES = 60

/** Sets policies on a bucket, and sends requests that they decide. Resolves with the statuses of the settings. */
export async function fuzzPolicies(seed: number): Promise<number[]> {
  const random = createRandom(seed)
  const statuses: number[] = []
  for (let one = 0; one < POLICIES; one += 1) {
    // a policy may lock its owner out
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a', body: 'x' })
    const text = JSON.stringify({ Version: '1', Statement: randomStatements(random) })
    const body = random.below(2) === 0 ? mutateBytes(random, Buffer.from(text)) : Buffer.from(text)
    const { status, log } = await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: undefined }, body })
    const story = `SEED=${seed}: ${body.toString()}`
    if (status !== 200 && status !== 400) throw new Found(`${status} ${log.cause} for ${story}`)
    statuses.push(status)
    for (const as of [OTHER, 'anonymous'] as const) {
      const response = await call(started, { method: 'GET', bucket: BUCKET, key: 'a', as })
      if (response.status !== 200 && response.status !== 403) {
        throw new Found(`${response.status} ${response.log.cause}: ${response.log.failure} after ${story}`)
      }
    }
  }
  return statuses
}

function randomStatements(random: Random): object[] {
  return Array.from({ length: 1 + random.below(3) }, () => ({
    Effect: pick(random, ['Allow', 'Allow', 'Deny']),
    Principal: pick(random, [['*'], [], [OTHER.account.id], ['arn:sts::1:assumed-role/*/*']]),
    Action: pick(random, ['oss:*', 'oss:GetObject', ['oss:Get*', 'oss:Put?bject'], '*']),
    Resource: pick(random, ['*', `acs:oss:*:*:${BUCKET}/*`, [`acs:oss:*:*:${BUCKET}`, 'acs:oss:::?*a*?']]),
    ...(random.below(2) === 0 ? { Condition: randomCondition(random) } : {}),
  }))
}

function randomCondition(random: Random): object {
  return pick(random, [
    { IpAddress: { 'acs:SourceIp': ['127.0.0.0/8', '::1'] } },
    { StringLike: { 'acs:UserAgent': '*?*' } },
    { DateLessThan: { 'acs:CurrentTime': '2030-01-01T00:00:00Z' } },
    { Bool: { 'acs:SecureTransport': 'true' } },
    { NumericEquals: { 'oss:Prefix': 7 } },
    { StringEquals: { 'oss:ExistingObjectTag/a': 'b' } },
  ])
}
