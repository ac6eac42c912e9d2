import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { link } from '../app/route.js'
import { useLoad } from '../app/use-load.js'
import { AsCommand, quoted } from '../parts/as-command.js'
import { CopyButton } from '../parts/copy-button.js'
import { Choice } from '../parts/field.js'
import { JsonEditor } from '../parts/json-editor.js'
import { WhenLoaded } from '../parts/states.js'
import { announceFailure } from '../parts/toasts.js'
import type { Actor } from '../wire/explanation.js'
import {
  groupsOf,
  holdersOf,
  type Kind,
  list,
  membersOf,
  readPolicy,
  readRole,
  setMember,
  trustBy,
  writePolicy,
} from '../wire/identities.js'
import { AccessTest } from './access-test.js'
import { Keys } from './keys.js'
import { PoliciesOf } from './policies-of.js'

/** One user, group, role or policy. */
export function IdentityPage({ kind, name }: { readonly kind: Kind; readonly name: string }): JSX.Element {
  switch (kind) {
    case 'user':
      return <UserPage name={name} />
    case 'group':
      return <GroupPage name={name} />
    case 'role':
      return <RolePage name={name} />
    case 'policy':
      return <PolicyPage name={name} />
  }
}

function Frame({
  kind,
  name,
  children,
}: {
  readonly kind: Kind
  readonly name: string
  readonly children: ComponentChildren
}): JSX.Element {
  const words = useWords()
  return (
    <div class="page">
      <header>
        <nav aria-label={words.whereYouAre}>
          <ol class="crumbs">
            <li>
              <a href={link(['access'], { tab: kind })}>{words.identities[kind].title}</a>
            </li>
            <li>
              <h1>{name}</h1>
            </li>
          </ol>
        </nav>
      </header>
      {children}
    </div>
  )
}

function UserPage({ name }: { readonly name: string }): JSX.Element {
  const words = useWords()
  return (
    <Frame kind="user" name={name}>
      <section class="card stack">
        <h2>{words.access.keys}</h2>
        <Keys owner={name} />
      </section>
      <PoliciesOf holder={{ kind: 'user', name }} />
      <Membership kind="user" name={name} />
      <TestCard actor={{ UserName: name }} />
    </Frame>
  )
}

function GroupPage({ name }: { readonly name: string }): JSX.Element {
  return (
    <Frame kind="group" name={name}>
      <Membership kind="group" name={name} />
      <PoliciesOf holder={{ kind: 'group', name }} />
    </Frame>
  )
}

/** The groups of a user, or the members of a group. */
function Membership({ kind, name }: { readonly kind: 'user' | 'group'; readonly name: string }): JSX.Element {
  const words = useWords()
  const isUser = kind === 'user'
  const others = isUser ? 'group' : 'user'
  const present = useLoad(() => (isUser ? groupsOf(name) : membersOf(name)), [name])
  const all = useLoad(() => list(others), [])
  const [chosen, setChosen] = useState('')
  const set = async (other: string, isMember: boolean) => {
    await (isUser ? setMember(other, name, isMember) : setMember(name, other, isMember))
    present.again()
  }
  const free = (all.value ?? []).filter((one) => present.value?.includes(one.name) === false)
  const next = free.some((one) => one.name === chosen) ? chosen : (free[0]?.name ?? '')
  const [group, user] = isUser ? [next || 'GROUP', name] : [name, next || 'USER']
  return (
    <section class="card stack">
      <h2>{isUser ? words.identities.group.title : words.access.members}</h2>
      <WhenLoaded loaded={present}>
        {(names) => (
          <ul class="stack tight plain">
            {names.length === 0 && <li class="muted">{isUser ? words.access.noGroups : words.access.noMembers}</li>}
            {names.map((other) => (
              <li key={other} class="row">
                <a href={link(['access'], { [others]: other })}>{other}</a>
                <button
                  type="button"
                  class="button danger little"
                  aria-label={words.access.removeMember(other)}
                  onClick={() => void set(other, false).catch(announceFailure)}
                >
                  {words.access.remove}
                </button>
              </li>
            ))}
          </ul>
        )}
      </WhenLoaded>
      {free.length > 0 && (
        <div class="row end">
          <Choice
            label={isUser ? words.access.addToGroup : words.access.addMember}
            value={next}
            onChange={setChosen}
            options={free.map((one) => [one.name, one.name] as const)}
          />
          <button type="button" class="button" onClick={() => void set(next, true).catch(announceFailure)}>
            {words.access.add}
          </button>
        </div>
      )}
      <AsCommand lines={[`bindery admin group add ${quoted(group)} ${quoted(user)}`]} />
    </section>
  )
}

function RolePage({ name }: { readonly name: string }): JSX.Element {
  const words = useWords()
  const role = useLoad(() => readRole(name), [name])
  return (
    <Frame kind="role" name={name}>
      <section class="card stack">
        <h2>{words.access.trust}</h2>
        <p class="muted">{words.access.trustHint}</p>
        <WhenLoaded loaded={role}>
          {({ Arn, MaxSessionDuration, AssumeRolePolicyDocument }) => (
            <>
              <dl class="facts">
                <dt>ARN</dt>
                <dd class="row">
                  <span class="mono break">{Arn}</span>
                  <CopyButton text={Arn} />
                </dd>
                <dt>{words.access.maxSession}</dt>
                <dd>{words.access.hours(MaxSessionDuration / 3_600)}</dd>
              </dl>
              <JsonEditor
                label={words.access.document(words.access.trust)}
                document={AssumeRolePolicyDocument}
                save={(text) => trustBy(name, text)}
              >
                <AsCommand lines={[`bindery admin role update ${quoted(name)} --trust policy.json`]} />
              </JsonEditor>
            </>
          )}
        </WhenLoaded>
      </section>
      <PoliciesOf holder={{ kind: 'role', name }} />
      <TestCard actor={{ RoleName: name }} />
    </Frame>
  )
}

function TestCard({ actor }: { readonly actor: Actor }): JSX.Element {
  const words = useWords()
  return (
    <section class="card stack">
      <h2>{words.explained.title}</h2>
      <p class="muted">{words.explained.about}</p>
      <AccessTest actor={actor} />
    </section>
  )
}

function PolicyPage({ name }: { readonly name: string }): JSX.Element {
  const words = useWords()
  const policy = useLoad(() => readPolicy(name), [name])
  const holders = useLoad(() => holdersOf(name), [name])
  return (
    <Frame kind="policy" name={name}>
      <section class="card stack">
        <WhenLoaded loaded={policy}>
          {({ document, isSystem }) => (
            <>
              <p class="muted">{isSystem ? words.access.systemHint : words.access.customHint}</p>
              <JsonEditor
                label={words.access.document(name)}
                document={document}
                isReadOnly={isSystem}
                save={(text) => writePolicy(name, text)}
              >
                <AsCommand
                  lines={[
                    isSystem
                      ? `bindery admin policy show ${quoted(name)}`
                      : `bindery admin policy update ${quoted(name)} policy.json`,
                  ]}
                />
              </JsonEditor>
            </>
          )}
        </WhenLoaded>
      </section>
      <section class="card stack">
        <h2>{words.access.attachedTo}</h2>
        <WhenLoaded loaded={holders}>
          {(all) => (
            <ul class="stack tight plain">
              {all.length === 0 && <li class="muted">{words.access.attachedToNothing}</li>}
              {all.map((holder) => (
                <li key={`${holder.kind} ${holder.name}`} class="row">
                  <a href={link(['access'], { [holder.kind]: holder.name })}>{holder.name}</a>
                  <span class="badge">{words.identities[holder.kind].one}</span>
                </li>
              ))}
            </ul>
          )}
        </WhenLoaded>
      </section>
    </Frame>
  )
}
