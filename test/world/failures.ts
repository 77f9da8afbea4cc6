import { bakerName, imageName } from '../../lib/fleet/names.ts'
import type { Step } from '../../lib/plan/types.ts'
import { previews } from './dns-lb.ts'
import type { FrontRequest } from './front.ts'
import type { FastWorld } from './world.ts'

type Failures = { readonly [K in Step['kind']]: (fast: FastWorld, step: Extract<Step, { kind: K }>) => void }

const refuse = (fast: FastWorld, method: string, path: RegExp, body = ''): void => {
  fast.faults.refuse = (request: FrontRequest) =>
    request.method === method && path.test(request.path) && request.body.includes(body)
}

const refuseCommand = (fast: FastWorld, name: string, command: string): void =>
  fast.spoil(name, { refusals: new Map([[command, 'refused, as it was told to']]) })

const refuseLookUp = (fast: FastWorld, name: string): void =>
  refuse(fast, 'GET', new RegExp(`^/v1/servers\\?.*name=${name}(&|$)`))

/** Of what only the checks ask, and no witness: an opcode that nobody knows is answered otherwise than it must be. */
const spoilOpcode =
  (ports: readonly number[]) =>
  (asked: Buffer, answer: Buffer, port: number): Buffer => {
    if (!ports.includes(port) || ((asked[2] ?? 0) >> 3) % 16 !== 15) return answer
    const spoiled = Buffer.from(answer)
    spoiled.writeUInt8((spoiled.readUInt8(3) & 0xf0) | 5, 3)
    return spoiled
  }

const notPlayed = (_fast: FastWorld, { kind }: Step): never => {
  throw new Error(`${kind} does not happen where there are no Floating IPs`)
}

/** How the world has a step fail: always what the step asks of it, and once. */
const failures: Failures = {
  'ensure-ssh-key': (fast) => refuse(fast, 'POST', /^\/v1\/ssh_keys$/),
  'ensure-network': (fast) => refuse(fast, 'POST', /^\/v1\/networks$/),
  'ensure-firewall': (fast) => refuse(fast, 'POST', /^\/v1\/firewalls$/),
  'create-server': (fast, { server }) => refuse(fast, 'POST', /^\/v1\/servers$/, `"name":"${server}"`),
  'await-server': (fast, { server }) => refuseCommand(fast, server, 'sh -c [ -f /etc/ssh'),
  'await-cloud-init': (fast, { server }) => refuseCommand(fast, server, 'cloud-init'),
  configure: (fast, { role }) => {
    fast.faults.playbook = role
  },
  'check-nameserver': (fast, { server }) => fast.spoil(server, { spoil: spoilOpcode([53]) }),
  'stage-lb': (fast, { lb }) => refuseCommand(fast, lb, 'dns-lb stage'),
  'verify-lb': (fast, { lb, port }) =>
    fast.spoil(lb, { spoil: spoilOpcode(port === 'public' ? [53] : Object.values(previews)) }),
  'switch-lb': (fast, { lb }) => refuseCommand(fast, lb, 'dns-lb switch'),
  'identify-lb': (fast, { nameserver }) => refuseLookUp(fast, nameserver),
  'retire-lb': (fast, { lb }) => refuseCommand(fast, lb, 'dns-lb retire'),
  'revert-lb': (fast, { lb }) => refuseCommand(fast, lb, 'dns-lb switch'),
  'create-address': notPlayed,
  'move-address': notPlayed,
  'verify-address': notPlayed,
  'delete-address': notPlayed,
  'announce-lbs': (fast) => refuse(fast, 'PUT', /^\/v1\/servers\/\d+$/, '"announced"'),
  'abandon-lbs': (fast) => refuse(fast, 'PUT', /^\/v1\/servers\/\d+$/, '"abandoned"'),
  'measure-lb': (fast, { lb }) => refuseCommand(fast, lb, 'dns-lb status'),
  'check-delegation': (fast) => {
    fast.internet.faults.a.wrong = (domains) =>
      new Map([...domains].map(([name, domain]) => [name, { ...domain, nameservers: ['ns1.example.test'] }]))
  },
  'publish-glue': (fast, { host }) => refuse(fast, 'PUT', new RegExp(`^/registrar/.*/hosts/${host}$`)),
  'await-parents': (fast, { lb }) => refuseLookUp(fast, lb),
  'check-unsigned': (fast) => {
    fast.internet.faults.a.wrong = (domains) =>
      new Map([...domains].map(([name, domain]) => [name, { ...domain, isSigned: true }]))
  },
  'register-nameservers': (fast) => refuse(fast, 'PUT', /^\/registrar\/.*\/nameservers$/),
  'begin-drain': (fast) => refuse(fast, 'PUT', /^\/v1\/servers\/\d+$/, '"drain-since"'),
  'await-caches': (fast, { lbs }) => refuseLookUp(fast, lbs[0] ?? ''),
  'await-idle': (fast, { lbs }) => refuseLookUp(fast, lbs[0] ?? ''),
  'rename-server': (fast, { to }) => refuse(fast, 'PUT', /^\/v1\/servers\/\d+$/, `"name":"${to}"`),
  'protect-server': (fast) => refuse(fast, 'POST', /\/actions\/change_protection$/),
  'keep-server': (fast) => refuse(fast, 'PUT', /^\/v1\/servers\/\d+$/, '"kept":"true"'),
  'delete-server': (fast) => refuse(fast, 'DELETE', /^\/v1\/servers\/\d+$/),
  'create-baker': (fast, kind) => refuse(fast, 'POST', /^\/v1\/servers$/, `"name":"${bakerName(kind)}"`),
  'await-baker': (fast, kind) => refuseCommand(fast, bakerName(kind), 'cloud-init'),
  bake: (fast, { role }) => {
    fast.faults.playbook = role
  },
  'take-image': (fast, kind) => refuse(fast, 'POST', /\/actions\/create_image$/, imageName(kind, kind.baked)),
  'remove-baker': (fast) => refuse(fast, 'DELETE', /^\/v1\/servers\/\d+$/),
  'delete-image': (fast) => refuse(fast, 'DELETE', /^\/v1\/images\/\d+$/),
}

export const failStep = (fast: FastWorld, step: Step): void =>
  (failures[step.kind] as (fast: FastWorld, step: Step) => void)(fast, step)
