/** Configurations that a bucket keeps by their ids; nothing acts on them. */
import {
  type BucketName,
  type BucketSettings,
  CONFIGURATIONS_MAX,
  CONFIGURATIONS_PAGE_SIZE,
  OssError,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import {
  changeListed,
  findListed,
  type ListedSettings,
  type Page,
  pageOf,
  withOne,
  without,
} from './listed-settings.js'

type Kind = 'analytics' | 'metrics' | 'intelligent-tiering'
/** Names a document of such configurations, and bounds it. */
export interface ConfigurationDocument {
  readonly kind: Kind
  readonly rowsMax: number
}
/** One configuration, of whatever kind. */
export type Configuration = BucketSettings[Kind]['configurations'][number]

const idOf = ({ id }: Configuration) => id

function listed({ kind, rowsMax }: ConfigurationDocument): ListedSettings<Kind, Configuration> {
  return {
    kind,
    rowsMax,
    settingsIn: ({ configurations }) => configurations,
    documentOf: (configurations) => ({ configurations }) as BucketSettings[Kind],
    nameOf: idOf,
  }
}

/** Sets a configuration; one with its id is replaced. Throws noSuchBucket, configurationsTooMany, entityTooLarge. */
export function putConfiguration(
  domain: Domain,
  bucket: BucketName,
  document: ConfigurationDocument,
  configuration: Configuration,
): Promise<void> {
  return changeListed(domain, bucket, listed(document), (before) => {
    const configurations = withOne(before, idOf, configuration)
    if (configurations.length > CONFIGURATIONS_MAX) throw new OssError('configurationsTooMany')
    return configurations
  })
}

/** The configuration of an id. Throws noSuchBucket, noSuchConfiguration. */
export function findConfiguration(
  domain: Domain,
  bucket: BucketName,
  document: ConfigurationDocument,
  id: string,
): Awaitable<Configuration> {
  return andThen(findListed(domain, bucket, listed(document)), (configurations) => {
    const found = configurations.find((one) => one.id === id)
    if (found === undefined) throw new OssError('noSuchConfiguration')
    return found
  })
}

/** Throws noSuchBucket, noSuchConfiguration. */
export function deleteConfiguration(
  domain: Domain,
  bucket: BucketName,
  document: ConfigurationDocument,
  id: string,
): Promise<void> {
  return changeListed(domain, bucket, listed(document), (before) => {
    const rest = without(before, idOf, id)
    if (rest.length === before.length) throw new OssError('noSuchConfiguration')
    return rest
  })
}

/** A page of those that follow an id. Throws noSuchBucket. */
export function listConfigurations(
  domain: Domain,
  bucket: BucketName,
  document: ConfigurationDocument,
  after: string,
): Awaitable<Page<Configuration>> {
  return andThen(findListed(domain, bucket, listed(document)), (configurations) =>
    pageOf(configurations, idOf, after, CONFIGURATIONS_PAGE_SIZE),
  )
}
