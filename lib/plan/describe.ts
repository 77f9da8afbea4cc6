import wrap from 'wrap-ansi'
import { bakerName, type ImageKind, imageName } from '../fleet/names.ts'
import { describeRemaining } from '../time.ts'
import { describeDanger } from './dangers.ts'
import { describeChange } from './describe-change.ts'
import { describeAbout, describeWork, type Estimate } from './estimate.ts'
import type { PhaseKey, Plan, PlanPhase, Step } from './types.ts'

type Describers = { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string }

const describers: Describers = {
  'ensure-ssh-key': () => 'Register the SSH key',
  'ensure-network': () => 'Make the private network',
  'ensure-firewall': ({ role }) => `Make the firewall of the ${role === 'lb' ? 'lbs' : 'nameservers'}`,
  'create-server': ({ server, generation, images = [] }) =>
    `Create ${server} (generation ${generation})${images.length > 0 ? ` from ${images.join(' or ')}` : ''}`,
  'await-server': ({ server }) => `Wait until ${server} is ready`,
  'await-cloud-init': ({ server }) => `Wait for the end of cloud-init on ${server}`,
  configure: ({ servers, upgrade }) =>
    `Configure ${servers.join(', ')} with Ansible${upgrade ? ', packages up to date' : ''}`,
  'check-nameserver': ({ server }) => `Check every answer of ${server}`,
  'stage-lb': ({ lb, nameserver, refresh }) =>
    refresh ? `Stage what is new on the idle colour of ${lb}` : `Stage ${nameserver} on the idle colour of ${lb}`,
  'verify-lb': ({ lb, nameserver, port }) =>
    port === 'preview'
      ? `Check ${nameserver} through the preview port of ${lb}`
      : `Check ${nameserver} through port 53 of ${lb}`,
  'switch-lb': ({ lb, nameserver, refresh }) => `Switch ${lb} to ${refresh ? 'what was staged' : nameserver}`,
  'identify-lb': ({ lb, nameserver }) => `Ask ${lb} whether ${nameserver} answers`,
  'retire-lb': ({ lb }) => `Drain and stop the idle colour of ${lb}`,
  'revert-lb': ({ lb }) => `Switch ${lb} back to what ran before`,
  'create-address': ({ address, lb }) => `Make the Floating IP ${address}, led to ${lb}`,
  'move-address': ({ address, lb }) => `Lead ${address} to ${lb}`,
  'verify-address': ({ address, nameserver }) => `Check ${nameserver} through ${address}`,
  'delete-address': ({ address }) => `DELETE the Floating IP ${address}`,
  'announce-lbs': ({ lbs }) => `Note that zones which are served from now on name ${lbs.join(', ')}`,
  'abandon-lbs': ({ lbs, generation }) =>
    `Note that zones from generation ${generation} on do not name ${lbs.join(', ')} any more`,
  'measure-lb': ({ lb }) => `Measure how much ${lb} is asked, and how long caches may hold its address`,
  'check-delegation': ({ hosts }) =>
    `Check the delegation as if glue pointed at ${hosts.map(({ lb }) => lb).join(', ')}`,
  'publish-glue': ({ host, lb }) => `Set the glue of ${host} to ${lb}`,
  'await-parents': ({ host, lb }) => `Wait until every parent server shows ${lb} as glue of ${host}`,
  'check-unsigned': () => 'Check that no parent takes a zone of ours for signed',
  'register-nameservers': () => 'Have every zone delegated to our nameservers',
  'begin-drain': ({ lbs }) => `Note from when on nobody learns of ${lbs.join(', ')}`,
  'await-caches': ({ lbs }) => `Wait until no cache may hold an address of ${lbs.join(', ')}`,
  'await-idle': ({ lbs }) => `Wait until ${lbs.join(', ')} ${lbs.length === 1 ? 'is' : 'are'} hardly asked`,
  'rename-server': ({ server, to }) => `Rename ${server} to ${to}`,
  'protect-server': ({ server }) => `Protect ${server} from deletion`,
  'keep-server': ({ server }) => `Keep ${server} warm`,
  'delete-server': ({ server }) => `DELETE ${server}`,
  'create-baker': (kind) => `Create ${bakerName(kind)} from the stock image`,
  'await-baker': (kind) => `Wait until ${bakerName(kind)} is ready`,
  bake: (kind) => `Put what all ${machinesOf(kind)} have on ${bakerName(kind)} with Ansible`,
  'take-image': (kind) => `Make the image ${imageName(kind, kind.baked)} of it`,
  'remove-baker': (kind) => `Remove ${bakerName(kind)}`,
  'delete-image': ({ image }) => `DELETE the image ${image}`,
}

const machinesOf = ({ role }: ImageKind): string => (role === 'lb' ? 'lbs' : 'nameservers')

/** One line that says what a step does, the same in the plan, the tree, the events and the report. */
export const describeStep = <S extends Step>(step: S): string => (describers[step.kind] as (step: S) => string)(step)

/** What the operator reads before confirming: what is dangerous, what changes for clients, the notes, then phase by phase one line a step, and how long that may take. */
export const describePlan = (
  plan: Plan,
  {
    verbose = false,
    estimate,
  }: { readonly verbose?: boolean | undefined; readonly estimate?: Estimate | undefined } = {},
): string => {
  if (plan.phases.length === 0) return [...plan.notes, 'Nothing to do.'].join('\n')
  return [
    ...describeEffect(plan, { verbose, asks: true }),
    ...plan.notes,
    `Plan: ${describeRun(plan)}`,
    ...plan.phases.map(describePhase),
    ...describeWaits(plan, estimate?.waitsMs),
    ...describeWork(plan, estimate?.work),
  ].join('\n')
}

/** What a plan does to clients: what is dangerous for them, then all that changes. */
export const describeEffect = (
  { dangers = [], change = [] }: Plan,
  { verbose, asks }: { readonly verbose: boolean; readonly asks: boolean },
): readonly string[] => {
  const texts = dangers.map((danger) => `${describeDanger(danger)}${asks && !danger.isAgreed ? toAgree : ''}`)
  return [...texts.map((text) => folded(text)), ...describeChange(change, { verbose })]
}

/** Lines after the first are set in. */
const folded = (text: string, indent = '  '): string =>
  wrap(text, columns - indent.length).replaceAll('\n', `\n${indent}`)

const toAgree = ' Has to be agreed to by name.'
const columns = 80

const waits: Partial<Readonly<Record<PhaseKey, (ms: number | undefined) => string>>> = {
  parents: () => 'until the parents publish the glue (minutes to a day)',
  caches: (ms) =>
    `until no cache can hold an old address (${ms === undefined ? 'the longest TTL of glue, NS and addresses, two days under .com, and some slack' : `${describeAbout(ms)}, by the longest TTL of glue, NS and addresses`})`,
  idle: (ms) =>
    `until the old lbs are hardly asked (${ms === undefined ? '`rotation.idleSeconds`' : describeRemaining(ms)} at least)`,
}

/** How long it may take: the work itself is minutes, each wait as long as others need. */
const describeWaits = ({ phases }: Plan, waitsMs: Estimate['waitsMs'] = {}): readonly string[] => {
  const keys = [...new Set(phases.filter((phase) => phase.waits).map(({ key }) => key))]
  if (keys.length === 0) return []
  return [
    'Waits, of which each can be left and gone on with later:',
    ...keys.map((key) => `  ${folded(waits[key]?.(waitsMs[key]) ?? key, '    ')}`),
  ]
}

/** `deploy, generation 1790000000`; what makes no nameserver has no generation. */
export const describeRun = ({ operation, generation, makesNothing }: Plan): string =>
  makesNothing ? operation : `${operation}, generation ${generation}`

const describePhase = (phase: PlanPhase, index: number): string => {
  const lines = phase.tracks.flat().map((step) => `     ${describeStep(step)}`)
  return [`  ${index + 1}. ${phase.title}${remarkOf(phase)}`, ...lines].join('\n')
}

const remarkOf = ({ confirm, ask, waits }: PlanPhase): string => {
  if (confirm) return '  (asks first: cannot be undone)'
  return ask ? '  (asks first)' : waits ? '  (a wait: may be resumed)' : ''
}
