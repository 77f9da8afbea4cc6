import type { Plan, PlanPhase, Step } from './types.ts'

type Describers = { readonly [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string }

const describers: Describers = {
  'ensure-ssh-key': () => 'Register the SSH key',
  'ensure-network': () => 'Make the private network',
  'ensure-firewall': ({ role }) => `Make the firewall of the ${role === 'lb' ? 'lbs' : 'nameservers'}`,
  'create-server': ({ server, generation }) => `Create ${server} (generation ${generation})`,
  'await-server': ({ server }) => `Wait until ${server} is ready`,
  configure: ({ servers }) => `Configure ${servers.join(', ')} with Ansible`,
  'check-nameserver': ({ server }) => `Check every answer of ${server}`,
  'stage-lb': ({ lb, nameserver }) => `Stage ${nameserver} on the idle colour of ${lb}`,
  'verify-lb': ({ lb, nameserver, port }) =>
    port === 'preview'
      ? `Check ${nameserver} through the preview port of ${lb}`
      : `Check ${nameserver} through port 53 of ${lb}`,
  'switch-lb': ({ lb, nameserver }) => `Switch ${lb} to ${nameserver}`,
  'identify-lb': ({ lb, nameserver }) => `Ask ${lb} whether ${nameserver} answers`,
  'retire-lb': ({ lb }) => `Drain and stop the idle colour of ${lb}`,
  'rename-server': ({ server, to }) => `Rename ${server} to ${to}`,
  'protect-server': ({ server }) => `Protect ${server} from deletion`,
  'keep-server': ({ server }) => `Keep ${server} warm`,
  'delete-server': ({ server }) => `DELETE ${server}`,
}

/** One line that says what a step does, the same in the plan, the tree, the events and the report. */
export const describeStep = <S extends Step>(step: S): string => (describers[step.kind] as (step: S) => string)(step)

/** What the operator reads before confirming: the notes, then phase by phase one line a step. */
export const describePlan = (plan: Plan): string => {
  if (plan.phases.length === 0) return [...plan.notes, 'Nothing to do.'].join('\n')
  return [
    ...plan.notes,
    `Plan: ${plan.operation}, generation ${plan.generation}`,
    ...plan.phases.map(describePhase),
  ].join('\n')
}

const describePhase = ({ title, tracks, confirm }: PlanPhase, index: number): string => {
  const lines = tracks.flat().map((step) => `     ${describeStep(step)}`)
  return [`  ${index + 1}. ${title}${confirm ? '  (asks first: cannot be undone)' : ''}`, ...lines].join('\n')
}
