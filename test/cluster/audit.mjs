/** An audit of a cluster's stores, whether gateways use them or not. */
import { randomBytes } from 'node:crypto'
import { audit } from '../../packages/service/dist/index.js'
import { openPostgresMetadataStore } from '../../packages/storage-postgres/dist/index.js'
import { openS3BlobStore, parseS3Place } from '../../packages/storage-s3/dist/index.js'

/**
 * Verifies all rows and blobs. Gateways may run meanwhile.
 * @param {string} url of the database
 * @param {{ blobs: string, env: Readonly<Record<string, string>> }} store
 * @returns {Promise<{ findings: object[], report: object }>}
 */
export async function auditCluster(url, { blobs: place, env }, bytes = true) {
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
