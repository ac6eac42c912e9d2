import type { ComponentType, JSX } from 'preact'
import { BucketFrame } from '../app/bucket-frame.js'
import type { PageProps } from '../app/console.js'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, addressOf } from '../parts/as-command.js'
import { Choice } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { WhenLoaded } from '../parts/states.js'
import { readBucketAcl, writeBucketAcl } from '../wire/buckets.js'
import { DOCUMENTS, type DocumentName } from '../wire/document-kinds.js'
import { CopySettingsCard } from './copy-settings.js'
import { DocumentPage } from './document-page.js'
import { DomainsCard } from './domains.js'
import { InventoriesCard } from './inventories.js'
import { ReplicationCard } from './replication.js'
import { RequestersCard } from './requesters.js'
import { RetentionCard } from './retention.js'
import { StylesCard } from './styles.js'

/** Settings that are several documents, or none. */
const CARDS = {
  access: AclCard,
  retention: RetentionCard,
  inventories: InventoriesCard,
  replication: ReplicationCard,
  requesters: RequestersCard,
  domains: DomainsCard,
  styles: StylesCard,
  copySettings: CopySettingsCard,
} as const satisfies Record<string, ComponentType<{ readonly bucket: string }>>

type CardName = keyof typeof CARDS

/** The settings by their subjects. */
const GROUPS = [
  ['access', ['access', 'policy', 'publicAccessBlock', 'cors', 'referer', 'httpsConfig']],
  ['data', ['lifecycle', 'versioning', 'retention', 'overwriteConfig', 'encryption', 'replication', 'inventories']],
  ['limits', ['quota', 'qos', 'qosInfo', 'requesters', 'requestPayment']],
  ['delivery', ['website', 'domains', 'styles', 'processConfiguration', 'responseHeader', 'transferAcceleration']],
  ['records', ['logging', 'userDefinedLogFieldsConfig', 'callbackPolicy', 'accessmonitor', 'bucketArchiveDirectRead']],
  ['whole', ['tagging', 'resourceGroup', 'copySettings']],
] as const satisfies readonly (readonly [string, readonly (CardName | DocumentName)[]])[]

type SettingName = (typeof GROUPS)[number][1][number]

const isCard = (name: string): name is CardName => Object.hasOwn(CARDS, name)

/** The settings of a bucket: one at a time. */
export function BucketSettingsPage({ path, query }: PageProps): JSX.Element {
  const words = useWords()
  const [bucket = ''] = path
  const all: readonly SettingName[] = GROUPS.flatMap(([, names]) => [...names])
  const shown = all.find((name) => name === query.document) ?? 'access'
  const titleOf = (name: SettingName) =>
    isCard(name) ? words.bucketSettings.cards[name] : words.bucketSettings.names[name]
  return (
    <BucketFrame bucket={bucket} tab="settings">
      <div class="split">
        <nav class="side" aria-label={words.bucketSettings.documents}>
          {GROUPS.map(([group, names]) => (
            <section key={group}>
              <h2 class="small muted">{words.bucketSettings.groups[group]}</h2>
              <ul>
                {names.map((name) => (
                  <li key={name}>
                    <a
                      href={link(['buckets', bucket, 'settings'], { document: name })}
                      aria-current={shown === name ? 'page' : undefined}
                    >
                      {titleOf(name)}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
        <Shown bucket={bucket} name={shown} query={query} />
      </div>
    </BucketFrame>
  )
}

function Shown({
  bucket,
  name,
  query,
}: {
  readonly bucket: string
  readonly name: SettingName
  readonly query: PageProps['query']
}): JSX.Element | null {
  if (isCard(name)) {
    const Card = CARDS[name]
    return <Card key={bucket} bucket={bucket} />
  }
  const kind = DOCUMENTS.find((one) => one.name === name)
  return kind === undefined ? null : (
    <DocumentPage key={`${bucket} ${name}`} bucket={bucket} name={kind.name} query={query} />
  )
}

function AclCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const acl = useLoad((signal) => readBucketAcl(bucket, signal), [bucket])
  const { error, act } = useAction(acl.again)
  return (
    <section class="card stack grow">
      <h2>{words.bucketSettings.cards.access}</h2>
      <p class="muted">{words.object.aclHint}</p>
      <WhenLoaded loaded={acl}>
        {(value) => (
          <Choice
            label={words.object.aclLabel}
            value={value}
            onChange={(one) => act(() => writeBucketAcl(bucket, one), words.object.aclSaved)}
            options={[
              ['private', words.acls.private],
              ['public-read', words.acls.publicRead],
              ['public-read-write', words.acls.publicReadWrite],
            ]}
          />
        )}
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <AsCommand lines={[`bindery bucket acl set ${addressOf(bucket)} private`]} />
    </section>
  )
}
