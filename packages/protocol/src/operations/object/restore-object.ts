import { integer, oneOf } from '../../codec.js'
import { header, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { group, maybe, optionalDocument, optionalElement, refusedElement, xml } from '../../xml.js'
import { apiPage, DOCUMENT_CAUSES, shownVersionId, VERSION_CAUSES, versionId } from '../shared.js'

/** How fast an archived object is restored. Throws restoreTierUnknown. */
export const restoreTier = oneOf(['Expedited', 'Standard', 'Bulk'], 'restoreTierUnknown')

/** Days that a restore lasts; how many are allowed depends on the class. */
export const restoreDays = integer(-(2 ** 31), 2 ** 31 - 1, 'restoreDays')

/** 202 where the object can be read later; 200 where it is restored already, and stays so for longer. */
export const restoreObject = operation({
  name: 'RestoreObject',
  summary: 'Makes an archived object, or one of its versions, readable for some days.',
  source: apiPage('RestoreObject'),
  method: 'POST',
  level: 'object',
  when: [{ query: ['restore'] }],
  permissions: ['oss:RestoreObject'],
  input: { versionId },
  body: optionalDocument(
    xml('RestoreRequest', {
      days: optionalElement('Days', restoreDays),
      glacier: refusedElement('GlacierJobParameters', 'restoreGlacierParameters'),
      output: refusedElement('OutputLocation', 'restoreOutputLocation'),
      type: refusedElement('Type', 'restoreType'),
      job: maybe('JobParameters', group('JobParameters', { tier: optionalElement('Tier', restoreTier) })),
    }),
  ),
  status: 202,
  otherStatuses: [200],
  output: { versionId: shownVersionId, priority: optional(header('x-oss-object-restore-priority', restoreTier)) },
  errors: [
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'restoreNotSupported',
    'restoreInProgress',
    'restoreInProgressFaster',
    'restoreGlacierParameters',
    'restoreOutputLocation',
    'restoreType',
    'restoreDays',
    'restoreDaysOfArchive',
    'restoreTierUnknown',
    ...DOCUMENT_CAUSES,
  ],
})

export const cleanRestoredObject = operation({
  name: 'CleanRestoredObject',
  summary: 'Ends the restore of an object before its time.',
  source: apiPage('CleanRestoredObject'),
  method: 'POST',
  level: 'object',
  when: [{ query: ['cleanRestoredObject'] }],
  permissions: ['oss:CleanRestoredObject'],
  input: { versionId },
  status: 200,
  output: { versionId: shownVersionId },
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES, 'restoreNotFinished', 'restoreStale'],
})
