/** Retention and legal hold: both keep a version of an object from being deleted, in buckets with ObjectWorm. */

import { isoDate, oneOf, truth } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { header, optional, withDefault } from '../../field.js'
import { operation } from '../../operation.js'
import { element, xml } from '../../xml.js'
import { apiPage, DOCUMENT_CAUSES, shownVersionId, VERSION_CAUSES, versionId } from '../shared.js'

/** The modes of a retention. GOVERNANCE can be bypassed with a permission; COMPLIANCE binds everyone until it ends. */
export const RETENTION_MODES = ['GOVERNANCE', 'COMPLIANCE'] as const
const SWITCH = ['ON', 'OFF'] as const

/** On requests that write a version, and on answers that show one. */
export const holdHeaders = {
  wormMode: optional(header('x-oss-object-worm-mode', oneOf(RETENTION_MODES))),
  wormRetainUntil: optional(header('x-oss-object-worm-retain-until-date', isoDate)),
  wormLegalHold: optional(header('x-oss-object-worm-legal-hold', oneOf(SWITCH))),
}

/** The permissions that these headers need. */
export const HOLD_PERMISSIONS = {
  'x-oss-object-worm-mode': 'oss:PutObjectRetention',
  'x-oss-object-worm-legal-hold': 'oss:PutObjectLegalHold',
} as const

/** Causes of these headers. */
export const HOLD_CAUSES = [
  'objectWormMissing',
  'retentionIncomplete',
  'retentionInPast',
] as const satisfies readonly Cause[]

/** Deletes, or releases, what is retained in the mode GOVERNANCE. */
export const bypassGovernance = withDefault(header('x-oss-bypass-governance-retention', truth()), false)

/** The permission that it needs. */
export const BYPASS_PERMISSION = { 'x-oss-bypass-governance-retention': 'oss:BypassGovernanceRetention' } as const

const common = {
  level: 'object',
  answersAs: { versionIsDeleteMarker: 'deleteMarkerUndescribed' },
  status: 200,
} as const

const ofRetention = { ...common, when: [{ query: ['retention'] }] } as const
const ofLegalHold = { ...common, when: [{ query: ['legalHold'] }] } as const

/** The retention of a version: its mode and its end. Throws malformedXml. */
export const retention = xml('Retention', {
  mode: element('Mode', oneOf(RETENTION_MODES, 'malformedXml')),
  retainUntil: element('RetainUntilDate', isoDate),
})

/**
 * A retention can always be lengthened. COMPLIANCE is never shortened; GOVERNANCE is, with the permission to bypass it.
 */
export const putObjectRetention = operation({
  ...ofRetention,
  name: 'PutObjectRetention',
  summary: 'Retains a version of an object until a date.',
  source: apiPage('PutObjectRetention'),
  method: 'PUT',
  permissions: ['oss:PutObjectRetention'],
  permissionsWith: BYPASS_PERMISSION,
  input: { versionId, bypassGovernance },
  body: retention,
  output: { versionId: shownVersionId },
  errors: [
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'objectWormMissing',
    'retentionInPast',
    'fileImmutable',
    ...DOCUMENT_CAUSES,
  ],
})

export const getObjectRetention = operation({
  ...ofRetention,
  name: 'GetObjectRetention',
  summary: 'Answers until when a version of an object is retained.',
  source: apiPage('GetObjectRetention'),
  method: 'GET',
  permissions: ['oss:GetObjectRetention'],
  input: { versionId },
  output: { versionId: shownVersionId },
  result: retention,
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES, 'noSuchRetention'],
})

/** The legal hold of a version, which lasts until it is switched off. */
export const legalHold = xml('LegalHold', { status: element('Status', oneOf(SWITCH, 'malformedXml')) })

/** A version with a legal hold cannot be deleted, whatever its retention. */
export const putObjectLegalHold = operation({
  ...ofLegalHold,
  name: 'PutObjectLegalHold',
  summary: 'Puts a version of an object under legal hold, or takes it back.',
  source: apiPage('PutObjectLegalHold'),
  method: 'PUT',
  permissions: ['oss:PutObjectLegalHold'],
  input: { versionId },
  body: legalHold,
  output: { versionId: shownVersionId },
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES, 'objectWormMissing', ...DOCUMENT_CAUSES],
})

/** A hold that was taken back is `OFF`, and not missing. */
export const getObjectLegalHold = operation({
  ...ofLegalHold,
  name: 'GetObjectLegalHold',
  summary: 'Answers whether a version of an object is under legal hold.',
  source: apiPage('GetObjectLegalHold'),
  method: 'GET',
  permissions: ['oss:GetObjectLegalHold'],
  input: { versionId },
  output: { versionId: shownVersionId },
  result: legalHold,
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES, 'noSuchLegalHold'],
})
