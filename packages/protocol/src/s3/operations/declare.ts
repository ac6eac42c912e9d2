import { text } from '../../codec.js'
import { type Fields, header, optional } from '../../field.js'
import type { Named, Operation } from '../../operation.js'
import type { OperationName } from '../../operations/index.js'
import { S3_CAUSES } from '../causes.js'

/** Declares an operation of S3. `handledAs` names the handler, which gets the input under the names of its fields. */
export function s3Operation<
  const N extends string,
  const H extends OperationName,
  I extends Fields,
  O extends Fields,
  B = never,
  R = never,
>(
  declaration: Operation<I, O, B, R> & Named<N> & { readonly handledAs: H },
): Operation<I, O, B, R> & Named<N> & { readonly handledAs: H } {
  return declared(declaration)
}

/** Declares an operation that OSS does not have: its handler has its name. */
export function s3Only<const N extends string, I extends Fields, O extends Fields, B = never, R = never>(
  declaration: Operation<I, O, B, R> & Named<N>,
): Operation<I, O, B, R> & Named<N> & { readonly handledAs: N } {
  return { ...declared(declaration), handledAs: declaration.name }
}

/** Declares an operation that means something else than the one of OSS with its name: it has a handler of its own. */
export function s3Instead<
  const N extends string,
  const H extends string,
  I extends Fields,
  O extends Fields,
  B = never,
  R = never,
>(
  declaration: Operation<I, O, B, R> & Named<N> & { readonly handledAs: H },
): Operation<I, O, B, R> & Named<N> & { readonly handledAs: H } {
  return declared(declaration)
}

function declared<T extends Pick<Operation, 'input' | 'errors'>>(declaration: T): T {
  return {
    ...declaration,
    input: { ...declaration.input, ...expectedOwner },
    errors: [...new Set([...declaration.errors, ...S3_CAUSES])],
  }
}

/** The account that the requester takes for the bucket's owner. */
const expectedOwner = { expectedBucketOwner: optional(header('x-amz-expected-bucket-owner', text)) }

type Shared =
  | 'summary'
  | 'method'
  | 'level'
  | 'otherLevels'
  | 'when'
  | 'keysInBody'
  | 'tagsInBody'
  | 'permissions'
  | 'sourcePermissions'
  | 'targetPermissions'
  | 'reads'
  | 'status'
  | 'otherStatuses'
  | 'errors'
  | 'answersAs'
  | 'refuses'

/** The properties that an operation of S3 shares with one of OSS: all but fields, documents and names. */
export function sharedWith<N extends OperationName>(
  operation: Pick<Operation, Shared> & Named<N>,
): Pick<Operation, Shared> & { readonly handledAs: N } {
  const { summary, method, level, permissions, status, errors } = operation
  const { otherLevels, when, keysInBody, tagsInBody, sourcePermissions, targetPermissions } = operation
  const { reads, otherStatuses, answersAs, refuses } = operation
  return {
    handledAs: operation.name,
    ...{ summary, method, level, permissions, status, errors },
    ...(otherLevels && { otherLevels }),
    ...(when && { when }),
    ...(keysInBody && { keysInBody }),
    ...(tagsInBody && { tagsInBody }),
    ...(sourcePermissions && { sourcePermissions }),
    ...(targetPermissions && { targetPermissions }),
    ...(reads && { reads }),
    ...(otherStatuses && { otherStatuses }),
    ...(answersAs && { answersAs }),
    ...(refuses && { refuses }),
  }
}

/** The URL of the official page of an operation of S3. */
export function s3Page(operation: string): string {
  return `https://docs.aws.amazon.com/AmazonS3/latest/API/API_${operation}.html`
}
