/** The envelope of uploads that a client encrypts, as parts repeat it and ListParts returns it. */
import { type ClientEnvelope, envelopeName } from '../../client-envelope.js'
import { text } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { header, optional } from '../../field.js'
import { optionalElement } from '../../xml.js'

const envelopeHeader = (member: keyof ClientEnvelope) => optional(header(`x-oss-meta-${envelopeName(member)}`, text))

/** Headers of a part. */
export const envelopeInput = {
  envelopeKey: envelopeHeader('key'),
  envelopeStart: envelopeHeader('start'),
  envelopeCekAlg: envelopeHeader('cekAlg'),
  envelopeWrapAlg: envelopeHeader('wrapAlg'),
  envelopeDataSize: envelopeHeader('dataSize'),
  envelopePartSize: envelopeHeader('partSize'),
}

/** Elements of ListParts. */
export const envelopeElements = {
  clientEncryptionKey: optionalElement('ClientEncryptionKey', text),
  clientEncryptionStart: optionalElement('ClientEncryptionStart', text),
  clientEncryptionCekAlg: optionalElement('ClientEncryptionCekAlg', text),
  clientEncryptionWrapAlg: optionalElement('ClientEncryptionWrapAlg', text),
  clientEncryptionDataSize: optionalElement('ClientEncryptionDataSize', text),
  clientEncryptionPartSize: optionalElement('ClientEncryptionPartSize', text),
}

/** Causes of Initiate. */
export const ENVELOPE_CAUSES = [
  'envelopeDataSizeInvalid',
  'envelopePartSizeMissing',
  'envelopePartSizeInvalid',
] as const satisfies readonly Cause[]

/** Causes of a part. */
export const ENVELOPE_PART_CAUSES = [
  'envelopeMissing',
  'envelopeDiffers',
  'envelopePartSizeDiffers',
  'envelopeLastPartSizeDiffers',
] as const satisfies readonly Cause[]
