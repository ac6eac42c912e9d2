import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand } from '../parts/as-command.js'
import { Icon } from '../parts/icon.js'
import { Notice } from '../parts/notice.js'
import { Empty, WhenLoaded } from '../parts/states.js'
import { VirtualTable } from '../parts/virtual-table.js'
import type { Target } from '../wire/objects.js'
import { listRequestsOn, type RecentRequest } from '../wire/requests.js'
import { ServerError } from '../wire/server-error.js'
import { RequestDialog } from './request-dialog.js'
import { requestColumns } from './requests.js'

/** The requests on an object that the server remembers. */
export function ObjectActivity({
  bucket,
  target: { key },
}: {
  readonly bucket: string
  readonly target: Target
}): JSX.Element {
  const words = useWords()
  const requests = useLoad(() => listRequestsOn(bucket, key), [bucket, key])
  const [opened, setOpened] = useState<RecentRequest | undefined>()
  if (requests.error instanceof ServerError && requests.error.status === 403) {
    return <Notice kind="plain">{words.object.activityForbidden}</Notice>
  }
  return (
    <>
      <div class="row apart">
        <p class="muted">{words.object.activityHint}</p>
        <button type="button" class="button icon" aria-label={words.refresh} onClick={requests.again}>
          <Icon name="again" />
        </button>
      </div>
      <WhenLoaded loaded={requests}>
        {(all) =>
          all.length === 0 ? (
            <Empty text={words.object.noActivity} />
          ) : (
            <VirtualTable
              label={words.object.tabs.activity}
              columns={requestColumns(words).filter(({ name }) => name !== 'on')}
              rows={all}
              isComplete
              keyOf={({ RequestId }) => RequestId}
              nameOf={({ EventName, Method }) => EventName ?? Method}
              onEnd={() => {}}
              onOpen={setOpened}
            />
          )
        }
      </WhenLoaded>
      <AsCommand lines={[`bindery admin requests --bucket ${bucket}`]} />
      {opened && <RequestDialog request={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}
