/** Domains of users that are bound to a bucket, and the tokens by which they prove that a domain is theirs. */

import { httpDate, isoDate, matching, oneOf, text, truth } from '../../codec.js'
import { query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { element, group, list, maybe, optionalElement, storedOnly, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'

/** A name of at least two labels, in lower case inside. */
const domainName = (() => {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  const name = matching('domain name', new RegExp(`^(?=.{3,253}$)${label}(?:\\.${label})+$`))
  return { ...name, decode: (value: string, argument: string) => name.decode(value.toLowerCase(), argument) }
})()

const bool = truth('malformedXml')
const cnameText = required(query('cname', domainName), 'invalidArgument', { argumentName: 'cname' })

const cnameToken = {
  bucket: element('Bucket', text),
  cname: element('Cname', domainName),
  token: element('Token', text),
  expireTime: element('ExpireTime', httpDate),
}

/** Facts about a certificate; its private key is not kept, because connections end in front of the server. */
const certificate = {
  type: element('Type', oneOf(['CAS', 'Upload'])),
  certId: element('CertId', text),
  status: element('Status', oneOf(['Enabled', 'Disabled'])),
  creationDate: element('CreationDate', text),
  fingerprint: element('Fingerprint', text),
  validStartDate: element('ValidStartDate', text),
  validEndDate: element('ValidEndDate', text),
}

const cname = {
  domain: element('Domain', domainName),
  lastModified: element('LastModified', isoDate),
  status: element('Status', oneOf(['Enabled', 'Disabled'])),
  certificate: maybe('Certificate', group('Certificate', certificate)),
}

/** The bound domains in the order of their names, and the tokens that were handed out. */
export const cnamesDocument = {
  kind: 'cname',
  document: xml('Cnames', {
    cnames: list('Cname', cname),
    tokens: storedOnly<readonly { readonly domain: string; readonly token: string; readonly expiresAt: number }[]>(),
  }),
  rowsMax: 4,
} as const satisfies StoredDocument<'cname', unknown>

const configuration = xml('BucketCnameConfiguration', {
  cname: group('Cname', {
    domain: element('Domain', domainName),
    certificateConfiguration: maybe(
      'CertificateConfiguration',
      group('CertificateConfiguration', {
        certId: optionalElement('CertId', text),
        certificate: optionalElement('Certificate', text),
        privateKey: optionalElement('PrivateKey', text),
        previousCertId: optionalElement('PreviousCertId', text),
        force: optionalElement('Force', bool),
        deleteCertificate: optionalElement('DeleteCertificate', bool),
      }),
    ),
  }),
})

export const createCnameToken = operation({
  name: 'CreateCnameToken',
  summary: 'Creates the token that a TXT record of a domain must hold before the domain can be bound.',
  source: apiPage('CreateCnameToken'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['cname', 'comp=token'] }],
  permissions: ['oss:CreateCnameToken'],
  input: {},
  body: configuration,
  status: 200,
  output: {},
  result: xml('CnameToken', cnameToken),
  errors: ['noSuchBucket', 'cnameTokenNotNeeded', 'entityTooLarge', 'invalidArgument', ...DOCUMENT_CAUSES],
})

export const getCnameToken = operation({
  name: 'GetCnameToken',
  summary: 'Reads the token of a domain.',
  source: apiPage('GetCnameToken'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['cname', 'comp=token'] }],
  permissions: ['oss:GetCnameToken'],
  input: { cname: cnameText },
  status: 200,
  output: {},
  result: xml('CnameToken', cnameToken),
  errors: ['noSuchBucket', 'cnameTokenNotFound'],
})

export const putCname = operation({
  name: 'PutCname',
  summary:
    'Binds a domain to a bucket, or changes its certificate. Requests to the domain are then requests to the bucket.',
  source: apiPage('PutCname'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['cname', 'comp=add'] }],
  permissions: ['oss:PutCname'],
  input: {},
  body: configuration,
  status: 200,
  output: {},
  errors: [
    'noSuchBucket',
    'cnameExists',
    'cnameTooMany',
    'cnameNotProven',
    'certificateInvalid',
    'certificateChanged',
    'certificateNodesMixed',
    'entityTooLarge',
    'invalidArgument',
    ...DOCUMENT_CAUSES,
  ],
})

export const listCname = operation({
  name: 'ListCname',
  summary: 'Lists the domains that are bound to a bucket.',
  source: apiPage('ListCname'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['cname'] }],
  permissions: ['oss:ListCname'],
  input: {},
  status: 200,
  output: {},
  result: xml('ListCnameResult', {
    bucket: element('Bucket', text),
    owner: element('Owner', text),
    cnames: list('Cname', cname),
  }),
  errors: ['noSuchBucket'],
})

export const deleteCname = operation({
  name: 'DeleteCname',
  summary: 'Releases a domain from a bucket.',
  source: apiPage('DeleteCname'),
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['cname', 'comp=delete'] }],
  permissions: ['oss:DeleteCname'],
  input: {},
  body: configuration,
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'entityTooLarge', 'invalidArgument', ...DOCUMENT_CAUSES],
})
