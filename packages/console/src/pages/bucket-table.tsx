import type { ComponentChildren, JSX } from 'preact'
import { bytes, count, day, time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { Icon } from '../parts/icon.js'
import { type Column, VirtualTable } from '../parts/virtual-table.js'
import { type BucketEntry, type BucketFacts, type BucketUsage, readBucketFacts } from '../wire/buckets.js'
import type { Words } from '../words/en.js'

/** Reads the facts of a bucket. */
export type FactsOf = (bucket: string) => Promise<BucketFacts>

/** Reads the facts of each bucket once. */
export function rememberingFacts(): FactsOf {
  const known = new Map<string, Promise<BucketFacts>>()
  return (bucket) => {
    const facts = known.get(bucket) ?? readBucketFacts(bucket)
    known.set(bucket, facts)
    return facts
  }
}

/** Buckets with what they hold. Facts that a listing lacks are read of those that can be seen. */
export function BucketTable({
  buckets,
  usage,
  factsOf,
  onDelete,
}: {
  readonly buckets: readonly BucketEntry[]
  /** By name; undefined until it is known. */
  readonly usage: ReadonlyMap<string, BucketUsage> | undefined
  readonly factsOf: FactsOf
  readonly onDelete: (bucket: BucketEntry) => void
}): JSX.Element {
  const words = useWords()
  return (
    <VirtualTable
      label={words.place.buckets}
      columns={columnsOf({ usage, factsOf, onDelete }, words)}
      rows={buckets}
      revision={usage}
      isComplete
      keyOf={({ name }) => name}
      nameOf={({ name }) => name}
      onEnd={() => {}}
      onOpen={({ name }) => open(link(['buckets', name]))}
    />
  )
}

interface Shown {
  readonly usage: ReadonlyMap<string, BucketUsage> | undefined
  readonly factsOf: FactsOf
  readonly onDelete: (bucket: BucketEntry) => void
}

function columnsOf(shown: Shown, words: Words): readonly Column<BucketEntry>[] {
  const { factsOf, onDelete } = shown
  const fact = (show: (facts: BucketFacts) => ComponentChildren) => (bucket: BucketEntry) => (
    <Fact bucket={bucket.name} factsOf={factsOf} show={show} />
  )
  return [
    {
      name: 'name',
      title: words.name,
      sortBy: ({ name }) => name,
      cell: ({ name }) => (
        <span class="named">
          <Icon name="bucket" />
          <a href={link(['buckets', name])} tabIndex={-1} title={name}>
            {name}
          </a>
        </span>
      ),
    },
    ...usageColumns(shown, words),
    {
      name: 'acl',
      title: 'ACL',
      width: '104px',
      cell: fact(({ acl }) => <span class={`badge ${acl === 'private' ? '' : 'warn'}`}>{acl}</span>),
    },
    {
      name: 'versioning',
      title: words.bucketSettings.names.versioning,
      width: '92px',
      cell: fact(({ versioning }) => versioningText(versioning, words)),
    },
    {
      name: 'lifecycle',
      title: words.bucketSettings.names.lifecycle,
      width: '84px',
      cell: fact(({ rules }) => (rules === 0 ? '–' : words.buckets.rules(rules))),
    },
    {
      name: 'created',
      title: words.created,
      width: '140px',
      sortBy: ({ created }) => created,
      cell: ({ created }) => <span title={time(created)}>{day(created)}</span>,
    },
    {
      name: 'tools',
      title: words.actions,
      hidesTitle: true,
      width: '54px',
      cell: (bucket) => (
        <button
          type="button"
          class="button bare icon little"
          aria-label={words.buckets.deleteOne(bucket.name)}
          onClick={() => onDelete(bucket)}
        >
          <Icon name="remove" />
        </button>
      ),
    },
  ]
}

function usageColumns({ usage }: Shown, words: Words): readonly Column<BucketEntry>[] {
  const of = (show: (usage: BucketUsage) => string) => (bucket: BucketEntry) => {
    const found = usage?.get(bucket.name)
    return found === undefined ? '–' : show(found)
  }
  const by = (value: (usage: BucketUsage) => number) => (bucket: BucketEntry) => {
    const found = usage?.get(bucket.name)
    return found === undefined ? -1 : value(found)
  }
  return [
    {
      name: 'objects',
      title: words.objectsLabel,
      width: '86px',
      isNumber: true,
      sortBy: by(({ objects }) => objects),
      cell: of(({ objects }) => count(objects)),
    },
    {
      name: 'size',
      title: words.size,
      width: '92px',
      isNumber: true,
      sortBy: by(({ objectBytes }) => objectBytes),
      cell: of(({ objectBytes }) => bytes(objectBytes)),
    },
    {
      name: 'parts',
      title: words.incompleteParts,
      width: '172px',
      isNumber: true,
      sortBy: by(({ partBytes }) => partBytes),
      cell: of(({ uploads, partBytes }) => (uploads > 0 ? words.heldBy(bytes(partBytes), uploads) : '–')),
    },
  ]
}

function versioningText(versioning: string, words: Words): string {
  return words.bucketSettings.versioning[versioning as keyof typeof words.bucketSettings.versioning] ?? '–'
}

/** A fact about a bucket; nothing for someone who may not read it. */
function Fact({
  bucket,
  factsOf,
  show,
}: {
  readonly bucket: string
  readonly factsOf: FactsOf
  readonly show: (facts: BucketFacts) => ComponentChildren
}): JSX.Element {
  const { value } = useLoad(() => factsOf(bucket), [bucket, factsOf])
  return <>{value !== undefined && show(value)}</>
}
