import { X509Certificate } from 'node:crypto'
import type { Operations } from '@bindery/protocol'
import { type BucketName, OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { type Call, handler } from '../../call.js'
import {
  bindDomain,
  type CertificateChange,
  type CnameToken,
  createToken,
  findCnames,
  findToken,
  releaseDomain,
  requireFree,
} from '../../domain/buckets/cnames.js'

type Certificate = NonNullable<Call<Operations['PutCname']>['document']['cname']['certificateConfiguration']>

export const createCnameToken = handler('CreateCnameToken', async ({ domain, bucket, document }) => {
  const { domain: name } = document.cname
  return { output: {}, result: shown(bucket.name, name, await createToken(domain, bucket.name, name)) }
})

export const getCnameToken = handler('GetCnameToken', ({ domain, bucket, input: { cname } }) => {
  return andThen(findToken(domain, bucket.name, cname), (token) => {
    if (token === undefined) throw new OssError('cnameTokenNotFound')
    return { output: {}, result: shown(bucket.name, cname, token) }
  })
})

function shown(bucket: BucketName, cname: string, { token, expiresAt }: CnameToken) {
  return { bucket, cname, token, expireTime: expiresAt }
}

export const putCname = handler('PutCname', async (call) => {
  const { domain, bucket, document } = call
  const { domain: name, certificateConfiguration } = document.cname
  await domain.metadata.read((reader) => requireFree(reader, name, bucket.name))
  const bound = await findCnames(domain, bucket.name)
  if (!bound.some((cname) => cname.domain === name) && !(await isProven(call, name))) {
    throw new OssError('cnameNotProven')
  }
  // whose domain it is comes before what is wrong with its certificate
  const change = certificateConfiguration && changeOf(certificateConfiguration, domain.clock())
  await bindDomain(domain, bucket.name, name, change)
  return { output: {} }
})

async function isProven({ domain, bucket, domainProofs }: Call<Operations['PutCname']>, name: string) {
  if (domainProofs?.isTrusted(name) === true) return true
  const found = await findToken(domain, bucket.name, name)
  if (found === undefined || domainProofs === undefined) return false
  return (await domainProofs.textsOf(`_dnsauth.${name}`)).includes(found.token)
}

/** Throws certificateInvalid, certificateNodesMixed. */
function changeOf(given: Certificate, now: number): CertificateChange | undefined {
  const { certId, certificate, privateKey, previousCertId, force, deleteCertificate } = given
  const others = [certId, certificate, privateKey, previousCertId]
  if (deleteCertificate === true) {
    if (others.some((value) => value)) throw new OssError('certificateNodesMixed')
    return { kind: 'delete' }
  }
  if (!certificate) return undefined
  if (!privateKey) throw new OssError('certificateInvalid')
  const facts = factsOf(certificate)
  const date = new Date(now).toUTCString()
  return {
    kind: 'set',
    certificate: {
      type: certId ? 'CAS' : 'Upload',
      certId: certId || facts.serialNumber,
      status: 'Enabled',
      creationDate: date,
      fingerprint: facts.fingerprint,
      validStartDate: new Date(facts.validFrom).toUTCString(),
      validEndDate: new Date(facts.validTo).toUTCString(),
    },
    previousId: force === true ? undefined : previousCertId || undefined,
  }
}

function factsOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new OssError('certificateInvalid', {}, { cause: error })
  }
}

export const listCname = handler('ListCname', ({ domain, bucket: { name, owner } }) =>
  andThen(findCnames(domain, name), (cnames) => ({ output: {}, result: { bucket: name, owner, cnames } })),
)

export const deleteCname = handler('DeleteCname', async ({ domain, bucket, document }) => {
  await releaseDomain(domain, bucket.name, document.cname.domain)
  return { output: {} }
})
