/** Inventories of a bucket: reports about its objects, which the server writes into a target bucket. */
import { all, escapeXml, parseXml, textOf } from '@bindery/client/xml'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** How often a report is made. */
export const FREQUENCIES = ['Daily', 'Weekly', 'Monthly'] as const

/** One inventory. */
export interface Inventory {
  readonly id: string
  readonly isEnabled: boolean
  /** Keys that are reported begin with it. */
  readonly prefix: string
  readonly frequency: string
  readonly versions: 'All' | 'Current'
  readonly target: string
  /** Reports begin with it. */
  readonly targetPrefix: string
}

const ARN = 'acs:oss:::'
const COLUMNS = ['Size', 'LastModifiedDate', 'ETag', 'StorageClass', 'IsMultipartUploaded', 'ObjectType', 'Crc64']

/** All inventories of a bucket. Throws ServerError. */
export async function listInventories(bucket: string, signal?: AbortSignal): Promise<readonly Inventory[]> {
  const found: Inventory[] = []
  let token: string | undefined
  do {
    const query = { inventory: '', ...(token === undefined ? {} : { 'continuation-token': token }) }
    const answer = await send({ method: 'GET', bucket, query, signal }).catch(unlessNone)
    if (answer === undefined) break
    const root = parseXml(await answer.text())
    for (const one of all(root, 'InventoryConfiguration')) {
      const target = all(all(one, 'Destination')[0], 'OSSBucketDestination')[0]
      found.push({
        id: textOf(one, 'Id') ?? '',
        isEnabled: textOf(one, 'IsEnabled') === 'true',
        prefix: textOf(all(one, 'Filter')[0], 'Prefix') ?? '',
        frequency: textOf(all(one, 'Schedule')[0], 'Frequency') ?? '',
        versions: textOf(one, 'IncludedObjectVersions') === 'All' ? 'All' : 'Current',
        target: (textOf(target, 'Bucket') ?? '').slice(ARN.length),
        targetPrefix: textOf(target, 'Prefix') ?? '',
      })
    }
    token = textOf(root, 'NextContinuationToken')
  } while (token !== undefined && token !== '')
  return found
}

function unlessNone(error: unknown): undefined {
  if (error instanceof ServerError && error.status === 404 && error.code !== 'NoSuchBucket') return undefined
  throw error
}

/** Adds an inventory whose reports have the usual columns. `account` owns the target. Throws ServerError. */
export async function addInventory(bucket: string, inventory: Inventory, account: string): Promise<void> {
  const { id, isEnabled, prefix, frequency, versions, target, targetPrefix } = inventory
  const optional = (name: string, value: string) => (value === '' ? '' : `<${name}>${escapeXml(value)}</${name}>`)
  const filter = prefix === '' ? '' : `<Filter>${optional('Prefix', prefix)}</Filter>`
  // OSS requires a role; this server writes reports as the owner of the bucket
  const role = `acs:ram::${account}:role/AliyunOSSRole`
  const body =
    `<InventoryConfiguration>${optional('Id', id)}<IsEnabled>${isEnabled}</IsEnabled>${filter}` +
    `<Destination><OSSBucketDestination><Format>CSV</Format><AccountId>${account}</AccountId><RoleArn>${role}</RoleArn>` +
    `<Bucket>${ARN}${target}</Bucket>${optional('Prefix', targetPrefix)}</OSSBucketDestination></Destination>` +
    `<Schedule><Frequency>${frequency}</Frequency></Schedule><IncludedObjectVersions>${versions}</IncludedObjectVersions>` +
    `<OptionalFields>${COLUMNS.map((name) => `<Field>${name}</Field>`).join('')}</OptionalFields></InventoryConfiguration>`
  await send({ method: 'PUT', bucket, query: { inventory: '', inventoryId: id }, body })
}

/** Has a report made within a minute. Throws ServerError. */
export async function runInventory(bucket: string, id: string): Promise<void> {
  await send({ method: 'POST', bucket, query: { inventory: '', inventoryId: id, 'x-oss-ext-run': '' } })
}

/** Deletes an inventory; its reports stay. Throws ServerError. */
export async function deleteInventory(bucket: string, id: string): Promise<void> {
  await send({ method: 'DELETE', bucket, query: { inventory: '', inventoryId: id } })
}
