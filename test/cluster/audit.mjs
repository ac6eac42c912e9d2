/** An audit of a cluster's stores, whether gateways use them or not. */
import { randomBytes } from 'node:crypto'
import { audit } from '../../packages/service/dist/index.js'
import { openPostgresMetadataStore } from '../../packages/storage-postgres/dist/index.js'
import { openS3BlobStore, parseS3Place } from '../../packages/storage-s3/dist/index.js'

/**
 * Verifies all rows and blobs. Gateways may run meanwhile: what they free while it is being checked looks like an
 * inconsistency, so only what a second audit finds as well is a finding.
 * @param {string} url of the database
 * @param {{ blobs: string, env: Readonly<Record<string, string>> }} store
 * @returns {Promise<{ findings: object[], report: object }>}
 */
export async function auditCluster(url, store, bytes = true) {
  const first = await auditOnce(url, store, bytes)
  if (first.findings.length === 0) return first
  const { findings, report } = await auditOnce(url, store, bytes)
  const seen = new Set(first.findings.map((finding) => JSON.stringify(finding)))
  return { findings: findings.filter((finding) => seen.has(JSON.stringify(finding))), report }
}

async function auditOnce(url, { blobs: place, env }, bytes) {
  const incarnation = randomBytes(8).toString('hex')
  const key = {
    accessKeyId: env.BINDERY_BLOBS_ACCESS_KEY_ID,
    accessKeySecret: env.BINDERY_BLOBS_ACCESS_KEY_SECRET,
  }
  const metadata = await openPostgresMetadataStore({ url, session: incarnation })
  const blobs = await openS3BlobStore({ place: parseS3Place(place, key), incarnation })
  const findings = []
  try {
    const onFinding = (finding) => void findings.push(finding)
    const report = await audit({ metadata, blobs, random: randomBytes, bytes, onFinding })
    return { findings, report }
  } finally {
    await blobs.close()
    await metadata.close()
  }
}
