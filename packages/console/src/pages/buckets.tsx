import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { PageProps } from '../app/console.js'
import { count } from '../app/format.js'
import { useWords } from '../app/language.js'
import { link, open } from '../app/route.js'
import { useAsked } from '../app/use-asked.js'
import { useLoad } from '../app/use-load.js'
import { addressOf } from '../parts/as-command.js'
import { Dialog } from '../parts/dialog.js'
import { Choice, TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Failure } from '../parts/notice.js'
import { Empty, WhenLoaded } from '../parts/states.js'
import { announce } from '../parts/toasts.js'
import {
  type Acl,
  type BucketEntry,
  type BucketUsage,
  createBucket,
  deleteBucket,
  listBuckets,
  storeStatus,
} from '../wire/buckets.js'
import { BucketTable, rememberingFacts } from './bucket-table.js'
import { EmptyBucketDialog } from './empty-bucket.js'

/** The buckets of the account. */
export function BucketsPage({ query }: PageProps): JSX.Element {
  const words = useWords()
  const buckets = useLoad((signal) => listBuckets(signal), [])
  const usage = useLoad((signal) => storeStatus(signal), [])
  const [dialog, setDialog] = useState<'create' | BucketEntry | undefined>()
  useAsked(query.create, link(['buckets']), () => setDialog('create'))
  const close = () => setDialog(undefined)
  const changed = () => {
    close()
    buckets.again()
    usage.again()
  }
  const usages = useMemo(() => usage.value && new Map(usage.value.buckets.map((one) => [one.name, one])), [usage.value])
  const factsOf = useMemo(rememberingFacts, [buckets.value])
  const [search, setSearch] = useState('')
  const creates = (
    <button type="button" class="button primary" aria-keyshortcuts="n" onClick={() => setDialog('create')}>
      <Icon name="add" />
      {words.buckets.create}
    </button>
  )
  return (
    <div class="page full">
      <header>
        <h1>{words.place.buckets}</h1>
        {creates}
      </header>
      <WhenLoaded loaded={buckets}>
        {(all) =>
          all.length === 0 ? (
            <Empty text={words.buckets.none} command="bindery mb oss://demo">
              {creates}
            </Empty>
          ) : (
            <>
              <Search value={search} onChange={setSearch} shown={matching(all, search).length} />
              <BucketTable buckets={matching(all, search)} {...{ usage: usages, factsOf }} onDelete={setDialog} />
            </>
          )
        }
      </WhenLoaded>
      {buckets.error !== undefined && <OpenByName />}
      {dialog === 'create' && <CreateDialog onClose={close} onDone={changed} />}
      {typeof dialog === 'object' && (
        <DeleteDialog
          bucket={dialog.name}
          usage={usages?.get(dialog.name)}
          onClose={close}
          onDone={changed}
          onEmptied={usage.again}
        />
      )}
    </div>
  )
}

/** The buckets whose names have a text in them. */
function matching(buckets: readonly BucketEntry[], search: string): readonly BucketEntry[] {
  return search === '' ? buckets : buckets.filter(({ name }) => name.includes(search))
}

function Search({
  value,
  onChange,
  shown,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly shown: number
}): JSX.Element {
  const words = useWords()
  return (
    <div class="toolbar">
      <input
        type="search"
        placeholder={words.buckets.search}
        aria-label={words.buckets.search}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value.trim().toLowerCase())}
      />
      <span class="grow" />
      <span class="muted" aria-live="polite">
        {words.buckets.listed(count(shown))}
      </span>
    </div>
  )
}

interface DialogProps {
  readonly onClose: () => void
  readonly onDone: () => void
}

/** The fault of a bucket's name; undefined for a good one. */
function faultOf(name: string, words: ReturnType<typeof useWords>): string | undefined {
  if (name === '') return undefined
  if (name.length < 3 || name.length > 63) return words.buckets.nameLength
  if (!/^[a-z0-9-]+$/.test(name)) return words.buckets.nameCharacters
  return /^-|-$/.test(name) ? words.buckets.nameEnds : undefined
}

function CreateDialog({ onClose, onDone }: DialogProps): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  const [acl, setAcl] = useState<Acl>('private')
  const [error, setError] = useState<unknown>(undefined)
  const fault = faultOf(name, words)
  const create = async () => {
    await createBucket(name, acl)
    announce(words.buckets.wasCreated(name))
    onDone()
  }
  return (
    <Dialog
      title={words.buckets.create}
      onClose={onClose}
      commands={[`bindery mb ${addressOf(name || 'NAME')}${acl === 'private' ? '' : ` --acl ${acl}`}`]}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          create().catch(setError)
        }}
      >
        <TextField
          label={words.name}
          hint={words.buckets.nameHint}
          fault={fault}
          value={name}
          onChange={setName}
          required
          autoFocus
        />
        <Choice
          label="ACL"
          value={acl}
          onChange={setAcl}
          options={[
            ['private', words.acls.private],
            ['public-read', words.acls.publicRead],
            ['public-read-write', words.acls.publicReadWrite],
          ]}
        />
        {error !== undefined && <Failure error={error} />}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={name === '' || fault !== undefined}>
            {words.buckets.create}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function DeleteDialog({
  bucket,
  usage,
  onClose,
  onDone,
  onEmptied,
}: DialogProps & {
  readonly bucket: string
  readonly usage: BucketUsage | undefined
  readonly onEmptied: () => void
}): JSX.Element {
  const words = useWords()
  const [error, setError] = useState<unknown>(undefined)
  const remove = async () => {
    await deleteBucket(bucket)
    announce(words.buckets.wasDeleted(bucket))
    onDone()
  }
  const [isEmptying, setEmptying] = useState(false)
  const emptied = () => {
    setEmptying(false)
    setError(undefined)
    onEmptied()
  }
  const holds = usage !== undefined && (usage.objects > 0 || usage.uploads > 0)
  return (
    <Dialog title={words.buckets.deleteOne(bucket)} onClose={onClose} commands={[`bindery rb ${addressOf(bucket)}`]}>
      <p>{holds ? words.buckets.holds(count(usage.objects), count(usage.uploads)) : words.buckets.deletesEmpty}</p>
      {error !== undefined && <Failure error={error} />}
      {isEmptying && <EmptyBucketDialog bucket={bucket} onClose={() => setEmptying(false)} onDone={emptied} />}
      <footer>
        <button type="button" class="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" class="button danger" onClick={() => setEmptying(true)}>
          {words.buckets.empty}
        </button>
        <button type="button" class="button danger primary" onClick={() => void remove().catch(setError)}>
          {words.delete}
        </button>
      </footer>
    </Dialog>
  )
}

/** For those who may use a bucket but not list all. */
function OpenByName(): JSX.Element {
  const words = useWords()
  const [name, setName] = useState('')
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault()
        open(link(['buckets', name.trim()]))
      }}
    >
      <TextField
        label={words.buckets.openByName}
        hint={words.buckets.openHint}
        value={name}
        onChange={setName}
        required
      />
      <div>
        <button type="submit" class="button primary">
          {words.open}
        </button>
      </div>
    </form>
  )
}
