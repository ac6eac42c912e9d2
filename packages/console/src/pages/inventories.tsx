import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { shownKey } from '../app/shown-key.js'
import { useAction } from '../app/use-action.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Choice, TextField } from '../parts/field.js'
import { Failure } from '../parts/notice.js'
import { type PlainColumn, PlainTable } from '../parts/plain-table.js'
import { WhenLoaded } from '../parts/states.js'
import {
  addInventory,
  deleteInventory,
  FREQUENCIES,
  type Inventory,
  listInventories,
  runInventory,
} from '../wire/inventories.js'
import { currentSession } from '../wire/session.js'

/** Reports about the objects of a bucket. */
export function InventoriesCard({ bucket }: { readonly bucket: string }): JSX.Element {
  const words = useWords()
  const inventories = useLoad((signal) => listInventories(bucket, signal), [bucket])
  const { error, act } = useAction(() => inventories.again())
  return (
    <section class="card stack grow">
      <h2>{words.inventories.title}</h2>
      <p class="muted">{words.inventories.about}</p>
      <WhenLoaded loaded={inventories}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.inventories.none}</p>
          ) : (
            <InventoryTable
              inventories={all}
              onRun={(id) => act(() => runInventory(bucket, id), words.inventories.isRequested)}
              onDelete={(id) => act(() => deleteInventory(bucket, id), words.bucketSettings.saved)}
            />
          )
        }
      </WhenLoaded>
      {error !== undefined && <Failure error={error} />}
      <AddInventory
        bucket={bucket}
        onAdd={(inventory) =>
          act(
            () => addInventory(bucket, inventory, currentSession.value?.holder.AccountId ?? ''),
            words.bucketSettings.saved,
          )
        }
      />
      <AsCommand lines={[`bindery api list-bucket-inventory --bucket ${bucket}`]} />
    </section>
  )
}

function InventoryTable({
  inventories,
  onRun,
  onDelete,
}: {
  readonly inventories: readonly Inventory[]
  readonly onRun: (id: string) => void
  readonly onDelete: (id: string) => void
}): JSX.Element {
  const words = useWords()
  const columns: readonly PlainColumn<Inventory>[] = [
    {
      title: words.name,
      cell: ({ id, isEnabled }) => (
        <>
          {id} {!isEnabled && <span class="badge warn">{words.access.inactive}</span>}
        </>
      ),
    },
    {
      title: words.inventories.objects,
      kind: 'break',
      cell: ({ prefix, versions }) => (
        <>
          {prefix === '' ? words.inventories.all : shownKey(prefix)}
          <div class="small muted">{words.inventories.versions[versions]}</div>
        </>
      ),
    },
    {
      title: words.inventories.frequency,
      cell: ({ frequency }) => words.inventories.frequencies[frequency as keyof typeof words.inventories.frequencies],
    },
    {
      title: words.inventories.target,
      kind: 'break',
      cell: ({ target, targetPrefix }) => (
        <a href={link(['buckets', target], { prefix: targetPrefix })}>{shownKey(`${target}/${targetPrefix}`)}</a>
      ),
    },
    {
      title: words.actions,
      kind: 'tools',
      cell: ({ id }) => (
        <>
          <button type="button" class="button little" onClick={() => onRun(id)}>
            {words.inventories.runNow}
          </button>{' '}
          <button type="button" class="button danger little" onClick={() => onDelete(id)}>
            {words.delete}
          </button>
        </>
      ),
    },
  ]
  return <PlainTable columns={columns} rows={inventories} keyOf={({ id }) => id} />
}

function AddInventory({
  bucket,
  onAdd,
}: {
  readonly bucket: string
  readonly onAdd: (inventory: Inventory) => void
}): JSX.Element {
  const words = useWords()
  const [inventory, setInventory] = useState<Inventory>({
    ...{ id: '', isEnabled: true, prefix: '', frequency: 'Weekly', versions: 'Current' },
    ...{ target: bucket, targetPrefix: 'inventory/' },
  })
  const change = (more: Partial<Inventory>) => setInventory({ ...inventory, ...more })
  const isReady = /^[\w-]{1,64}$/.test(inventory.id) && /^[a-z0-9-]{3,63}$/.test(inventory.target)
  return (
    <details>
      <summary>{words.inventories.add}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onAdd(inventory)
        }}
      >
        <div class="pairs">
          <TextField
            label={words.name}
            hint={words.access.policyNameHint}
            value={inventory.id}
            onChange={(id) => change({ id })}
            required
          />
          <TextField
            label={words.access.prefix}
            hint={words.forms.optional}
            value={inventory.prefix}
            onChange={(prefix) => change({ prefix })}
          />
          <TextField
            label={words.inventories.targetBucket}
            value={inventory.target}
            onChange={(target) => change({ target })}
            required
          />
          <TextField
            label={words.forms.fields.targetPrefix}
            hint={words.forms.optional}
            value={inventory.targetPrefix}
            onChange={(targetPrefix) => change({ targetPrefix })}
          />
          <Choice
            label={words.inventories.frequency}
            value={inventory.frequency}
            onChange={(frequency) => change({ frequency })}
            options={FREQUENCIES.map((one) => [one, words.inventories.frequencies[one]] as const)}
          />
          <Choice
            label={words.inventories.objects}
            value={inventory.versions}
            onChange={(versions) => change({ versions })}
            options={(['Current', 'All'] as const).map((one) => [one, words.inventories.versions[one]] as const)}
          />
        </div>
        <div class="row">
          <button type="submit" class="button primary" disabled={!isReady}>
            {words.inventories.add}
          </button>
        </div>
      </form>
    </details>
  )
}
