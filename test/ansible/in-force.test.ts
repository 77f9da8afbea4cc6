import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from '../scripts/command.ts'

const inForce = suite('ansible/library/in_force in a network namespace of its own')

const execFileAsync = promisify(execFile)
const ansible = path.resolve(import.meta.dirname, '../../ansible')
const scratch = mkdtempSync(path.join(tmpdir(), 'in-force-'))
let space: ChildProcess

inForce.before.each(async () => {
  space = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo up; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (space.stdout) await once(space.stdout, 'data')
})
inForce.after.each(() => void space.kill())
inForce.after(() => rmSync(scratch, { recursive: true }))

const inSpace = async (...argv: readonly string[]): Promise<string> => {
  const { stdout } = await execFileAsync('nsenter', [`--net=/proc/${space.pid}/ns/net`, ...argv])
  return stdout
}

/** What the module finds, and has put right when it returns. */
const putInForce = async (options: object): Promise<readonly string[]> => {
  const module = path.join(ansible, 'library/in_force.py')
  const answer = await inSpace('/usr/bin/python3', module, JSON.stringify({ ANSIBLE_MODULE_ARGS: options })).catch(
    (error) => error.stdout,
  )
  const { msg, changed, differences } = JSON.parse(answer)
  if (msg !== undefined) throw new Error(msg)
  assert.is(changed, differences.length > 0)
  return differences
}

/** The firewall of an lb that lets these networks in. */
const writeFirewall = async (name: string, operators: readonly string[]): Promise<void> => {
  const variables = {
    lb_operator_networks: operators,
    lb_private_ipv4: '10.0.0.5',
    lb_client_queries_per_second: 500,
  }
  const source = path.join(ansible, 'roles/lb/templates/nftables.conf.j2')
  const args = ['localhost', '-i', 'localhost,', '-c', 'local', '-e', JSON.stringify(variables)]
  await execFileAsync('ansible', [...args, '-m', 'ansible.builtin.template', '-a', `src=${source} dest=${name}`])
}

const wide = path.join(scratch, 'wide.conf')
const narrow = path.join(scratch, 'narrow.conf')
inForce.before(async () => {
  await writeFirewall(wide, ['198.18.0.0/16', '198.19.0.0/16', '2001:2::/48'])
  await writeFirewall(narrow, ['198.18.0.0/16'])
})

const operators = () => inSpace('nft', 'list', 'set', 'inet', 'dns_lb', 'operators4')

inForce('a firewall is loaded where there is none, and found in force from then on', async () => {
  assert.ok((await putInForce({ firewall: wide })).includes('firewall: inet dns_lb chain input'))
  assertSays(await operators(), /198\.18\.0\.0\/15/)
  assert.equal(await putInForce({ firewall: wide }), [])
})

inForce('a firewall that was written but not loaded is loaded', async () => {
  await putInForce({ firewall: wide })
  const firewall = narrow
  const differences = ['firewall: inet dns_lb set operators4', 'firewall: inet dns_lb set operators6']
  assert.equal(await putInForce({ firewall, _ansible_check_mode: true }), differences)
  assertSays(await operators(), /198\.18\.0\.0\/15/)
  assert.equal(await putInForce({ firewall }), differences)
  assertSays(await operators(), /198\.18\.0\.0\/16/)
  assert.equal(await putInForce({ firewall }), [])
})

inForce('what somebody changed by hand is changed back, and what an earlier file made goes', async () => {
  const firewall = narrow
  await putInForce({ firewall })
  const byHand = `
    insert rule inet dns_lb input tcp dport 23 accept
    add set inet dns_lb friends { type ipv4_addr; }
    add chain inet dns_lb yesterday { type filter hook input priority 5; policy drop; }
    add rule inet dns_lb yesterday ip saddr @friends accept
    add chain inet dns_lb redirect_tcp { policy drop; }
    delete chain inet dns_lb untrack_answers
    add table inet strange`
  await inSpace('sh', '-ec', `nft -f - <<'END'\n${byHand}\nEND`)
  assert.equal(await putInForce({ firewall }), [
    'firewall: inet dns_lb chain redirect_tcp',
    'firewall: inet dns_lb chain untrack_answers',
    'firewall: inet dns_lb chain yesterday',
    'firewall: inet dns_lb rule input',
    'firewall: inet dns_lb rule untrack_answers',
    'firewall: inet dns_lb rule yesterday',
    'firewall: inet dns_lb set friends',
  ])
  assert.not.match(await inSpace('nft', 'list', 'ruleset'), /yesterday|friends|dport 23/)
  assertSays(await inSpace('nft', 'list', 'tables'), /table inet strange/)
})

inForce(
  'what was counted and collected, and the active instance, neither count as a change nor are lost in one',
  async () => {
    await putInForce({ firewall: wide })
    const lasting = `
    add element inet dns_lb active { udp : 5302, tcp : 5302 }
    add element inet dns_lb talkers4 { 198.18.0.7 counter packets 5 bytes 300 }
    delete counter inet dns_lb malformed
    add counter inet dns_lb malformed { packets 7 bytes 70 }`
    await inSpace('sh', '-ec', `nft flush chain inet dns_lb untrack_questions; nft -f - <<'END'\n${lasting}\nEND`)
    const firewall = narrow
    assert.equal(await putInForce({ firewall }), [
      'firewall: inet dns_lb rule untrack_questions',
      'firewall: inet dns_lb set operators4',
      'firewall: inet dns_lb set operators6',
    ])
    assert.equal(await putInForce({ firewall }), [])
    const ruleset = await inSpace('nft', 'list', 'ruleset')
    assertSays(ruleset, /elements = \{ tcp : 5302, udp : 5302 \}/)
    assertSays(ruleset, /198\.18\.0\.7 counter packets 5 bytes 300/)
    assertSays(ruleset, /packets 7 bytes 70/)
  },
)

inForce('a firewall that cannot be loaded is an error that says why, and the old one stays', async () => {
  await putInForce({ firewall: wide })
  const before = await inSpace('nft', 'list', 'ruleset')
  const firewall = path.join(scratch, 'broken.conf')
  writeFileSync(firewall, 'table inet dns_lb { chain input { nonsense } }\n')
  const error = await putInForce({ firewall }).catch((reason) => reason)
  assertSays(error.message, /syntax error[\s\S]*nonsense/)
  assert.is(await inSpace('nft', 'list', 'ruleset'), before)
})

inForce('lo has the addresses of the list and no others', async () => {
  assert.equal(await putInForce({ addresses: [] }), [])
  await putInForce({ addresses: ['198.51.100.1', '2001:db8::1'] })
  assert.equal(await putInForce({ addresses: ['198.51.100.1', '2001:db8:0::1'] }), [])
  assert.equal(await putInForce({ addresses: ['198.51.100.2', '2001:db8::1'] }), [
    'lo: 198.51.100.2/32 is missing',
    'lo: 198.51.100.1/32 is not wanted',
  ])
  assert.equal(await putInForce({ addresses: ['198.51.100.2', '2001:db8::1'] }), [])
  assertSays(await inSpace('ip', 'address', 'show', 'dev', 'lo'), /127\.0\.0\.1\/8[\s\S]*198\.51\.100\.2\/32/)
})

inForce(
  'kernel settings are set; one that this kernel does not let be changed here is passed over if the file says so',
  async () => {
    const sysctls = path.join(ansible, 'roles/lb/files/sysctl.conf')
    const found = await putInForce({ sysctls })
    assert.ok(
      found.some((one) => one.startsWith('sysctl: net.ipv4.ip_local_port_range is ')),
      found.join(),
    )
    assert.equal(await putInForce({ sysctls }), [])
    await inSpace('sysctl', '--quiet', '--write', 'net.ipv4.ip_local_port_range=2000 3000')
    assert.equal(await putInForce({ sysctls }), ['sysctl: net.ipv4.ip_local_port_range is 2000 3000, not 1024 65535'])

    const strange = path.join(scratch, 'strange.conf')
    writeFileSync(strange, 'net.ipv4.no_such_key = 1\n')
    const error = await putInForce({ sysctls: strange }).catch((reason) => reason)
    assertSays(error.message, /no_such_key/)
  },
)

inForce.run()
